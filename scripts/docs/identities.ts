import { computedMark } from "../../cli/preview/computed.js";
import type { RecordedResource } from "../../cli/preview/recording.js";
import type { ProgramRun } from "../../cli/preview/run-program.js";
import { deployStatements, previewStatements, type PipelineScope } from "../../components/access/aws-policies.js";
import { bucketChanges, googleRoles, ownPermissions } from "../../components/access/gcp-pipelines.js";

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: { readonly Service?: string; readonly Federated?: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const statementsOf = (policy: unknown): Statement[] =>
  (JSON.parse(policy as string) as { Statement: Statement[] }).Statement;

/** Computed names and the account that stands in for yours tell a reader nothing. */
const readable = (text: string): string =>
  text
    .replaceAll(new RegExp(`-?${computedMark}\\w*`, "g"), "…")
    .replaceAll("123456789012", "ACCOUNT")
    .replace(/^arn:aws:/, "");

const code = (texts: readonly string[]): string => texts.map((text) => `\`${readable(text)}\``).join(" ");
const list = (value: string | readonly string[] = []): readonly string[] => [value].flat();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Who may act as an AWS role: a service, or one ServiceAccount of one cluster. */
function trustOf(role: RecordedResource): string {
  const [{ Principal, Condition } = { Principal: undefined, Condition: undefined }] = statementsOf(
    role.inputs.assumeRolePolicy,
  );
  if (Principal?.Service !== undefined) return `\`${Principal.Service}\``;
  const subject = Object.entries(Condition?.StringEquals ?? {}).find(([key]) => key.endsWith(":sub"))?.[1] ?? "";
  return `ServiceAccount \`${subject.replace("system:serviceaccount:", "").replace(":", "/")}\``;
}

function awsRoles({ resources }: ProgramRun): string {
  const of = (type: string): RecordedResource[] => resources.filter((resource) => resource.type === type);
  const rows = of("aws:iam/role:Role").map((role) => {
    const own = of("aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) => inputs.role === role.inputs.name);
    const managed = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").filter(
      ({ inputs }) => inputs.role === role.inputs.name,
    );
    const may = [
      ...managed.map(({ inputs }) => `\`${String(inputs.policyArn).split("/").at(-1) ?? ""}\` (of AWS)`),
      ...own
        .flatMap(({ inputs }) => statementsOf(inputs.policy))
        .map(({ Action, Resource }) => `${code(list(Action))} on ${code(list(Resource))}`),
    ];
    return [`\`${String(role.inputs.name)}\``, trustOf(role), may.join("; ") || "nothing but to be assumed"];
  });
  return table(["role", "who", "may"], rows);
}

/** Grants of Google Cloud by who holds them. */
function googleGrants({ resources }: ProgramRun): string {
  const accounts = resources
    .filter(({ type }) => type === "gcp:serviceaccount/account:Account")
    .map(({ inputs }) => [String(inputs.accountId), String(inputs.displayName)] as const);
  const holder = (member: string): string => {
    const [, name] = accounts.find(([id]) => member.startsWith(`serviceAccount:${id}@`)) ?? [];
    const [, subject] = /subject\/system:serviceaccount:(.+)$/.exec(member) ?? [];
    if (subject !== undefined) return `${subject.replace(":", "/")} of the AWS cluster`;
    return name ?? `\`${readable(member)}\``;
  };
  const grants = new Map<string, string[]>();
  for (const { type, inputs } of resources) {
    if (!type.endsWith("IAMMember") || type === "gcp:serviceaccount/iAMMember:IAMMember") continue;
    const where =
      String(inputs.bucket ?? inputs.cryptoKeyId ?? inputs.project)
        .split("/")
        .at(-1) ?? "";
    const who = holder(String(inputs.member));
    grants.set(who, [...(grants.get(who) ?? []), `${code([String(inputs.role)])} on ${code([where])}`]);
  }
  return table(
    ["who", "may"],
    [...grants].map(([who, may]) => [who, [...new Set(may)].join("; ")]),
  );
}

interface Rule {
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Binding {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly name: string; readonly namespace?: string }[];
}

function kubernetesRoles({ resources }: ProgramRun): string {
  const bindings = resources.filter(({ type }) => /^kubernetes:.*:(Cluster)?RoleBinding$/.test(type));
  const rows = bindings.flatMap(({ inputs, type, parent }) => {
    const { roleRef, subjects = [] } = inputs as unknown as Binding;
    const role = resources.find(
      (candidate) =>
        candidate.parent === parent &&
        candidate.type === `kubernetes:rbac.authorization.k8s.io/v1:${roleRef.kind}` &&
        (candidate.inputs.metadata as { name: string }).name === roleRef.name,
    );
    const rules = (role?.inputs.rules ?? []) as readonly Rule[];
    const may = rules.map(({ verbs, resources: kinds = [], resourceNames = [] }) =>
      [
        `${verbs.join(", ")} ${code(kinds)}`,
        ...(resourceNames.length > 0 ? [`named ${code(resourceNames)}`] : []),
      ].join(" "),
    );
    const where = type.endsWith("ClusterRoleBinding")
      ? "everywhere"
      : `in \`${(inputs.metadata as { namespace?: string }).namespace ?? ""}\``;
    return subjects.map(({ name, namespace = "" }) => [`\`${namespace}/${name}\``, where, may.join("; ")]);
  });
  const unique = new Map(rows.map((row) => [row.join(), row]));
  return table(["ServiceAccount", "where", "may"], [...unique.values()]);
}

const scope: PipelineScope = {
  stack: "STACK",
  account: "ACCOUNT",
  bucketPrefix: "agent-memory-backups",
  regions: ["REGION"],
  stateBucket: "arn:aws:s3:::STATE-BUCKET",
  stateKey: "arn:aws:kms:STATE-REGION:ACCOUNT:key/STATE-KEY",
};

function pipelines(): string {
  const sections = { preview: previewStatements(scope), deploy: deployStatements(scope) };
  const rows = Object.entries(sections).flatMap(([role, parts]) =>
    Object.values<readonly Omit<Statement, "Principal" | "Condition">[]>(parts)
      .flat()
      .map(({ Sid = "", Effect, Action, Resource }) => [
        `\`aws-${role}\``,
        `${Effect === "Deny" ? "**never** " : ""}${Sid}`,
        String(list(Action).length),
        code(list(Resource)),
      ]),
  );
  const google = (["preview", "deploy"] as const).map((role) => [
    `\`gcp-${role}\``,
    code(googleRoles[role]),
    code(ownPermissions[role]),
    role === "deploy" ? `${code(bucketChanges)}, but of no bucket of the backups` : "",
  ]);
  return [
    // Names of buckets are in lower case; the mark is easier to see as it is elsewhere.
    table(["AWS role", "statement", "actions", "on"], rows).replaceAll("-stack-", "-STACK-"),
    table(["Google account", "predefined roles", "permissions of a role of its own", "and by condition"], google),
  ].join("\n\n");
}

/** Who may do what on a stack, read off the program's own run. */
export function identities(run: ProgramRun): string {
  return `${[
    "# Identities",
    "Every identity that the program makes and what it may do, read off its own run (`npm run docs:generate`). `…` is a part of a name that is known after deploy. What stands behind it: [security](security.md).",
    `## AWS roles of \`${run.stack}\``,
    awsRoles(run),
    `## Google Cloud grants of \`${run.stack}\``,
    googleGrants(run),
    "## Rights inside the clusters",
    kubernetesRoles(run),
    "## Pipelines",
    pipelines(),
  ].join("\n\n")}\n`;
}
