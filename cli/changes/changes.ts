import { readFileSync } from "node:fs";
import { z } from "zod";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { userPath } from "../root.js";

const state = z.looseObject({ parent: z.string().optional(), protect: z.boolean().optional() });
/** What `pulumi preview --json` prints, as far as it is read here. */
const engineOutput = z.looseObject({
  steps: z
    .array(
      z.looseObject({
        op: z.string(),
        urn: z.string(),
        oldState: state.optional(),
        newState: state.optional(),
        replaceReasons: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z.array(z.looseObject({ message: z.string().optional(), severity: z.string().optional() })).nullish(),
});

/** One resource that the engine would touch. */
export interface Change {
  readonly action: "create" | "update" | "replace" | "delete";
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Name of the component that it belongs to. */
  readonly component: string;
  readonly protected: boolean;
  /** Inputs that force a replacement. */
  readonly reasons: readonly string[];
}

export interface ChangeReport {
  readonly changes: readonly Change[];
  readonly counts: Readonly<Record<Change["action"] | "same", number>>;
  /** Errors that the engine or a policy reported. */
  readonly errors: readonly string[];
  /** Whether the stack makes its pipelines' identities, which may not change a vault. */
  readonly ownPipelines: boolean;
}

/**
 * The changes of an engine's preview.
 * @throws PlatformError exit code 2 where the file is no output of `pulumi preview --json`.
 */
export function readChanges(flag: string, path: string): ChangeReport {
  const refuse = (rule: string): never => {
    throw new PlatformError("the engine's preview cannot be used", ExitCode.configuration, [
      { path: flag, received: path, rule, fix: "write it with pulumi preview --json > FILE" },
    ]);
  };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(userPath(path), "utf8"));
  } catch (thrown) {
    return refuse(messageOf(thrown));
  }
  const parsed = engineOutput.safeParse(content);
  return parsed.success ? toReport(parsed.data) : refuse(z.prettifyError(parsed.error));
}

function toReport({ steps: given, diagnostics }: z.output<typeof engineOutput>): ChangeReport {
  const steps = given ?? [];
  const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  const changes: Change[] = [];
  for (const { op, urn, oldState, newState, replaceReasons } of steps) {
    const action = actionOf(op);
    if (op === "same") counts.same += 1;
    const type = typeOf(urn);
    if (action === undefined || type.startsWith("pulumi:pulumi:")) continue;
    counts[action] += 1;
    changes.push({
      ...{ action, urn, type, name: nameOf(urn) },
      component: nameOf(newState?.parent ?? oldState?.parent ?? "") || "stack",
      protected: (oldState ?? newState)?.protect === true,
      reasons: replaceReasons ?? [],
    });
  }
  const errors = (diagnostics ?? []).filter(({ severity }) => severity === "error");
  const ownPipelines = steps.some(({ urn }) => urn.includes("agent-platform:access:PipelineAccess"));
  return { changes, counts, errors: errors.map(({ message }) => message?.trim() ?? ""), ownPipelines };
}

/** A replacement is three steps of the engine; the one named `replace` stands for it. */
function actionOf(op: string): Change["action"] | undefined {
  return op === "create" || op === "update" || op === "replace" || op === "delete" ? op : undefined;
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";
const typeOf = (urn: string): string => urn.split("::").at(-2)?.split("$").at(-1) ?? "";

const inVault = /agent-platform:backups:(S3Vault|GcsVault|BackupCopies)\$(aws:(s3|kms)\/|gcp:(storage|kms)\/)/;

/**
 * Changes of the backups' buckets and keys: their policies, lifecycles, locks, and who reaches them. The deploying role
 * that the stack makes for its pipeline is denied them (components/access); tags alone are not told apart from the rest.
 */
function ofVaults(changes: readonly Change[]): Change[] {
  return changes.filter(
    ({ urn, type }) =>
      inVault.test(urn) ||
      (type === "gcp:storage/bucketIAMMember:BucketIAMMember" && !urn.includes("agent-platform:failover:Failover")),
  );
}

/** What a change can cost: resources that are lost or made anew, and protected ones that are touched so. */
export function risksOf({ changes, ownPipelines }: ChangeReport): {
  readonly replaced: readonly Change[];
  readonly deleted: readonly Change[];
  readonly protectedTouched: readonly Change[];
  /** What the pipeline may not carry out: an administrator's `pulumi up` has to come first. */
  readonly forAdministrator: readonly Change[];
} {
  const replaced = changes.filter(({ action }) => action === "replace");
  const deleted = changes.filter(({ action }) => action === "delete");
  return {
    replaced,
    deleted,
    protectedTouched: [...replaced, ...deleted].filter((change) => change.protected),
    forAdministrator: ownPipelines ? ofVaults(changes) : [],
  };
}
