import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../common/command.js";
import { showValue, type Fault } from "../../common/errors.js";
import { deliverySchema } from "../../config/schema/delivery.js";
import { observabilitySchema } from "../../config/schema/failover.js";
import { configurationError } from "../../config/validate.js";
import type { StackFile } from "./stack-files.js";

interface Query {
  readonly path: string;
  readonly query: string;
}

/** The queries that a stack's configuration holds, each with its path. */
function queriesOf({ config }: StackFile): Query[] {
  const section = (key: string): unknown => {
    const text = config[`agent-platform:${key}`];
    return text === undefined ? {} : JSON.parse(text);
  };
  const { metrics } = deliverySchema.parse(section("delivery"));
  const { extraAlerts } = observabilitySchema.parse(section("observability")).alerting;
  return [
    ...metrics.map(({ query }, index) => ({ path: `delivery.metrics[${index}].query`, query })),
    ...extraAlerts.map(({ expr }, index) => ({
      path: `observability.alerting.extraAlerts[${index}].expr`,
      query: expr,
    })),
  ];
}

/** promtool's words on each query that does not parse: it checks rule files, so each query becomes a recording rule. */
async function refusals(queries: readonly Query[]): Promise<Map<number, string>> {
  const folder = await mkdtemp(join(tmpdir(), "agent-platform-queries-"));
  const file = join(folder, "queries.yaml");
  const groups = queries.map(({ query }, index) => ({
    name: `query-${index}`,
    rules: [{ record: "checked", expr: query }],
  }));
  try {
    await writeFile(file, stringify({ groups }, { lineWidth: 0 }), { mode: 0o600 });
    const { stderr } = await runCommand("promtool", ["check", "rules", file], { allowExitCodes: [1] });
    const found = stderr.matchAll(/group "query-(\d+)", rule \d+, "checked": could not parse expression: (.*)/g);
    return new Map([...found].map(([, index, words]) => [Number(index), words ?? ""]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hasPromtool(): Promise<boolean> {
  return await runCommand("promtool", ["--version"]).then(
    () => true,
    () => false,
  );
}

/**
 * Has promtool parse the queries of a stack's configuration; the controller would find a bad one in mid-rollout,
 * and the Prometheus operator leaves out a rule that does not parse.
 * @returns a remark where promtool is not at hand.
 * @throws PlatformError with every query that does not parse.
 */
export async function checkQueries(file: StackFile): Promise<string | undefined> {
  const queries = queriesOf(file);
  if (queries.length === 0) return undefined;
  if (!(await hasPromtool())) return `promtool is not on PATH: ${queries.length} queries were not parsed`;
  const refused = await refusals(queries);
  if (refused.size === 0) return undefined;
  const faults = [...refused].map(([index, words]): Fault => ({
    path: queries[index]?.path ?? "",
    received: showValue(queries[index]?.query),
    rule: `must be PromQL that parses: ${words}`,
    fix: "try it in Prometheus, then copy it here",
  }));
  throw configurationError(file.stack, faults);
}
