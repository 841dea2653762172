import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../common/command.js";
import { ensurePackage } from "../../operations/local/servers/packages.js";
import { skip } from "./counts.js";

export interface InputSeries {
  readonly series: string;
  /** In promtool's notation, such as `0+10x60`. */
  readonly values: string;
}

/** One world in which the rules are evaluated, and how many alerts must be firing in it, when. */
export interface RuleCase {
  readonly name: string;
  /** Time between two samples; default 1m. */
  readonly interval?: string;
  readonly series: readonly InputSeries[];
  /** Alert, time since the start, and how many of it are firing then. */
  readonly firing: readonly (readonly [alert: string, at: string, count: number])[];
  /** Counts alerts that fired at any time in so long before `at`, such as `3d`; default: at that moment. */
  readonly over?: string;
}

/** Sees to it that promtool is on PATH, by Debian's package where it is not; skips where that cannot be had. */
export async function needPromtool(context: Mocha.Context): Promise<void> {
  context.timeout(300_000);
  const { missing } = await ensurePackage("prometheus", "promtool");
  if (missing !== undefined) skip(context, missing);
}

async function inFolder<T>(files: Readonly<Record<string, unknown>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "promtool-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), stringify(content, { lineWidth: 0 }));
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What promtool says of a rule file; throws with its words where it refuses it. */
export async function checkRules(rules: unknown): Promise<string> {
  return await inFolder({ "rules.yaml": rules }, async (folder) => {
    return (await runCommand("promtool", ["check", "rules", join(folder, "rules.yaml")])).stdout;
  });
}

function firingQuery(alert: string, over: string | undefined): string {
  const alerts = `ALERTS{alertname=~"${alert}",alertstate="firing"}`;
  return `count(${over === undefined ? alerts : `count_over_time(${alerts}[${over}])`}) or vector(0)`;
}

/** Evaluates the rules over every case's series; throws with promtool's words where an expectation fails. */
export async function testRules(rules: unknown, cases: readonly RuleCase[], evaluation = "1m"): Promise<void> {
  const test = {
    rule_files: ["rules.yaml"],
    evaluation_interval: evaluation,
    tests: cases.map(({ name, interval = "1m", series, firing, over }) => ({
      name,
      interval,
      input_series: series,
      promql_expr_test: firing.map(([alert, at, count]) => ({
        expr: firingQuery(alert, over),
        eval_time: at,
        exp_samples: [{ labels: "{}", value: count }],
      })),
    })),
  };
  await inFolder({ "rules.yaml": rules, "test.yaml": test }, async (folder) => {
    await runCommand("promtool", ["test", "rules", join(folder, "test.yaml")], { cwd: folder });
  });
}
