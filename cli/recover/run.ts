import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { readAll } from "../../common/faults.js";
import type { RefusalReason } from "../../operations/recovery/action.js";
import { carry } from "../../operations/recovery/engine/engine.js";
import type { Plan } from "../../operations/recovery/plans/plan.js";
import { stateOf, type RunInput, type RunRecord } from "../../operations/recovery/run/record.js";
import type { RunFiles } from "../../operations/recovery/run/files.js";
import type { Site } from "../../operations/recovery/site/site.js";
import { recordedPrimary } from "../../operations/recovery/site/primary.js";
import { LiveView } from "./live.js";
import {
  findRecord,
  operator,
  requirePlan,
  requireSite,
  runFiles,
  say,
  sayJson,
  withObjectives,
  type CommonOptions,
} from "./options.js";
import { dryRun, dryRunText, nextWords, planText, runTable } from "./show.js";

export interface RunOptions extends CommonOptions {
  readonly to?: string;
  readonly since?: string;
  readonly set?: readonly string[];
  readonly force?: readonly RefusalReason[];
  readonly autoApprove?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `20261124-031500-region-outage-1f2e`: sorts by time, says what it is, and two in a second differ. */
export function newRunId(plan: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${plan}-${randomBytes(2).toString("hex")}`;
}

/** `--set key=value` as values. */
export function readValues(pairs: readonly string[] = []): Record<string, string> {
  const entries = pairs.map((pair) => {
    const [, key, value] = /^(\w+)=(.+)$/.exec(pair) ?? [];
    if (key !== undefined && value !== undefined) return [key, value];
    throw new PlatformError("a value is not usable", ExitCode.configuration, [
      { path: "--set", received: pair, rule: "must be KEY=VALUE", fix: "--set restoreTo=2026-11-24T03:10:00Z" },
    ]);
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function readTime(flag: string, text: string): string {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && time.getTime() <= Date.now()) return time.toISOString();
  throw new PlatformError("that is no time in the past", ExitCode.configuration, [
    { path: flag, received: text, rule: "must be RFC 3339 and not in the future", fix: `${flag} 2026-11-24T03:10:00Z` },
  ]);
}

/** The region to recover from and the one that takes over. */
function regionsFor(site: Site, to?: string): { readonly from: string; readonly to: string } {
  const standbys = Object.keys(site.regions).filter((key) => key !== site.primary);
  const chosen = to ?? standbys[0];
  if (chosen !== undefined && standbys.includes(chosen)) return { from: site.primary, to: chosen };
  const none = standbys.length === 0;
  throw new PlatformError(
    none ? `${site.stack} has no secondary region` : "there is no such standby",
    ExitCode.configuration,
    [
      {
        path: none ? "regions" : "--to",
        ...(to === undefined ? {} : { received: to }),
        rule: none
          ? "this plan needs a second region to go to"
          : `must be a region other than the primary (${site.primary})`,
        fix: none ? "add a region to the stack; until then only restores recover it" : `one of ${standbys.join(", ")}`,
      },
    ],
  );
}

function needsStandby(plan: Plan): boolean {
  return plan.steps.some(({ actions }) =>
    actions.some((action) => action === "promote-standby" || action === "throw-switch"),
  );
}

async function confirm(plan: Plan, options: RunOptions, effects: string): Promise<void> {
  if (options.yes === true) return;
  if (!process.stdin.isTTY) {
    throw new PlatformError("this changes running systems, and nobody can be asked", ExitCode.configuration, [
      { path: "--yes", rule: "is needed where no terminal is", fix: "add --yes, or look first with --dry-run" },
    ]);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${effects}\n\nType the plan's name to run it: `);
  terminal.close();
  if (answer.trim() !== plan.id) throw new PlatformError("not confirmed: nothing was done", ExitCode.cancelled);
}

/** Shows how a run ended, and gives the process its exit code. */
export function conclude(record: RunRecord, options: CommonOptions): void {
  const { status, stop } = stateOf(record);
  if (options.json === true) sayJson(record);
  else if (!process.stdout.isTTY) say(runTable(record));
  if (status === "completed") return;
  if (status === "cancelled") throw new PlatformError(`run ${record.input.runId} was cancelled`, ExitCode.cancelled);
  const words = nextWords(record).join("\n");
  throw new PlatformError(
    `run ${record.input.runId} stands still\n${words}`,
    stop === undefined ? ExitCode.error : ExitCode.resource,
  );
}

/** Carries a run with a live view, to its end or its stop. */
export async function carryShown(
  input: RunInput,
  context: { readonly site: Site; readonly files: RunFiles; readonly options: RunOptions },
): Promise<void> {
  const { site, files, options } = context;
  const view = new LiveView();
  const databaseUrl = options.database ?? process.env.RECOVERY_DATABASE_URL;
  const record = await carry(input, {
    site,
    files,
    by: operator(options),
    forced: options.force ?? [],
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(options.json === true ? {} : { onRecord: (now) => view.update(now) }),
  });
  view.end();
  conclude(record, options);
}

/** The site with the primary that the last recovery recorded, whatever its file says. */
async function siteNow(options: RunOptions): Promise<Site> {
  const site = await requireSite(options);
  const primary = await recordedPrimary(site);
  if (primary === undefined || primary === site.primary || !(primary in site.regions)) return site;
  process.stderr.write(`${primary} is recorded as primary, not ${site.primary} as in the site file\n`);
  return { ...site, primary };
}

export async function run(name: string, options: RunOptions): Promise<void> {
  // Before anything is asked or confirmed: what is wrong with the words themselves.
  const [chosen, since, values] = readAll<[Plan, string | undefined, Record<string, string>]>("that cannot be run", [
    () => requirePlan(name),
    () => (options.since === undefined ? undefined : readTime("--since", options.since)),
    () => readValues(options.set),
  ]);
  const site = await siteNow(options);
  const plan = withObjectives(chosen, site);
  const regions = needsStandby(plan)
    ? regionsFor(site, options.to)
    : { from: site.primary, to: options.to ?? site.primary };
  const rows = dryRun(plan, { site, ...regions });
  if (options.dryRun === true) {
    if (options.json === true) sayJson(rows);
    else say(`${planText(plan)}\n\nIt would, from ${regions.from} to ${regions.to}:\n${dryRunText(rows)}`);
    return;
  }
  await confirm(plan, options, dryRunText(rows));
  const input: RunInput = {
    runId: newRunId(plan.id),
    stack: site.stack,
    plan,
    ...regions,
    by: operator(options),
    autoApprove: options.autoApprove ?? false,
    forced: options.force ?? [],
    drill: false,
    ...(since === undefined ? {} : { since }),
    values,
    escalateAfterMinutes: site.escalateAfterMinutes,
  };
  process.stderr.write(`run ${input.runId}\n`);
  await carryShown(input, { site, files: runFiles(options, site), options });
}

export async function resume(id: string, options: RunOptions): Promise<void> {
  const site = await requireSite(options);
  const files = runFiles(options, site);
  const record = await findRecord(id, site, options);
  const { status } = stateOf(record);
  if (status === "completed" || status === "cancelled") {
    throw new PlatformError(
      `run ${record.input.runId} is ${status}: there is nothing to resume`,
      ExitCode.configuration,
    );
  }
  await carryShown(record.input, { site, files, options });
}
