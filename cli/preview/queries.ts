import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { runCommand } from "../../common/command.js";
import { ExitCode, PlatformError, showValue, type Fault } from "../../common/errors.js";
import { valueAt } from "../../config/paths.js";
import { configurationError } from "../../config/validate.js";
import type { StackFile } from "./stack-files.js";

interface Query {
  readonly path: string;
  readonly query: string;
}

/** Where a configuration holds queries: a field of each item of a list in a section. */
const places = [
  { section: "delivery", list: ["metrics"], field: "query" },
  { section: "observability", list: ["alerting", "extraAlerts"], field: "expr" },
] as const;

/** The queries that a stack's configuration holds, each with its path; what else is wrong there is for the schema to say. */
function queriesOf({ config }: StackFile): Query[] {
  return places.flatMap(({ section, list, field }) => {
    const found = valueAt(parse(config[`agent-platform:${section}`] ?? "{}"), list);
    return (Array.isArray(found) ? (found as unknown[]) : []).flatMap((item, index) => {
      const query = valueAt(item, [field]);
      const path = `${[section, ...list].join(".")}[${index}].${field}`;
      return typeof query === "string" ? [{ path, query }] : [];
    });
  });
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

const configurationFaults = (outcome: PromiseSettledResult<unknown>): readonly Fault[] => {
  const thrown: unknown = outcome.status === "rejected" ? outcome.reason : undefined;
  return thrown instanceof PlatformError && thrown.exitCode === ExitCode.configuration ? thrown.faults : [];
};

/**
 * Waits for a run of the program while promtool reads the configuration's queries.
 * @throws PlatformError with what both have to say of the configuration, so that the user sees every fault at once.
 */
export async function alongsideQueries<T>(
  file: StackFile,
  running: Promise<T>,
): Promise<{ readonly run: T; readonly remark: string | undefined }> {
  const [ran, checked] = await Promise.allSettled([running, checkQueries(file)]);
  const [own, queries] = [configurationFaults(ran), configurationFaults(checked)];
  if (own.length > 0 && queries.length > 0) throw configurationError(file.stack, [...own, ...queries]);
  if (ran.status === "rejected") throw ran.reason;
  if (checked.status === "rejected") throw checked.reason;
  return { run: ran.value, remark: checked.value };
}
