import { join } from "node:path";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { viewOfPulumi, type PulumiResource } from "../../../policy/model/pulumi.js";
import { UNKNOWN, type Plain } from "../../../policy/model/values.js";
import type { PlatformFacts } from "../../../policy/model/view.js";
import type { RecordedResource } from "../../preview/recording.js";
import { runProgram, type Program } from "../../preview/run-program.js";
import { readStackFile } from "../../preview/stack-files.js";
import type { Source } from "../run.js";

const ROOT = join(__dirname, "..", "..", "..");

/**
 * The view of a stack of this program, run in this process without an account.
 * @throws PlatformError exit code 6 where there is no such stack, 2 where its configuration is wrong.
 */
export async function viewOfStack(stack: string, facts: PlatformFacts): Promise<Source> {
  const file = readStackFile(ROOT, stack);
  const program = (await import(join(ROOT, "index.ts"))) as { default?: Program };
  const run = await runProgram(program.default ?? (() => ({})), file);
  return { view: viewOfPulumi(toPulumiResources(run.resources), facts), faults: [] };
}

/** What the offline run recorded, as the rule book reads it; the one place that knows both. */
export function toPulumiResources(recorded: readonly RecordedResource[]): readonly PulumiResource[] {
  return recorded
    .filter((resource) => resource.custom)
    .map(({ urn, type, name, parent, provider, dependencies, ignoreChanges, inputs }) => ({
      urn,
      type,
      name,
      props: markUnknown(inputs) as Plain,
      ...(provider === undefined ? {} : { cluster: provider.split("::").at(-1) ?? "" }),
      ...(parent === undefined ? {} : { parent }),
      dependencies,
      ignoreChanges,
    }));
}

function markUnknown(value: unknown): unknown {
  if (value === rpc.unknownValue) return UNKNOWN;
  if (Array.isArray(value)) return value.map(markUnknown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, markUnknown(entry)]));
}
