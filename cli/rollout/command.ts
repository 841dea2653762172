import { InvalidArgumentError, Option, type Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { changeAll, promoteAll, readAll, unreachedOf, type RegionOutcome } from "../../operations/rollout/across.js";
import type { RegionDelivery } from "../../operations/rollout/region.js";
import { openTargets, parseTargets, withStackTargets, type Target } from "../../operations/rollout/targets.js";
import { waitForAll } from "../../operations/rollout/wait.js";
import { userPath } from "../root.js";
import { renderLine, renderTable } from "./table.js";
import { watchAll } from "./watch.js";

interface Options {
  readonly stack?: string;
  readonly primary?: readonly string[];
  readonly secondary?: readonly string[];
  readonly region?: string;
  readonly namespace: string;
  readonly name: string;
  readonly canaryName: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly timeout?: number;
  readonly interval: number;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

function positiveSeconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a number of seconds above 0");
}

/** Targets in the order given, their files from where the user stands. */
const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value.replace(/=([^#]+)/, (_, file: string) => `=${userPath(file)}`),
];

async function withTargets(options: Options, work: (targets: readonly Target[]) => Promise<void>): Promise<void> {
  const given = parseTargets({ primary: options.primary ?? [], secondary: options.secondary ?? [] });
  if (given.length > 0) {
    await work(given);
    return;
  }
  if (options.stack !== undefined) {
    await withStackTargets(options.stack, work);
    return;
  }
  throw new PlatformError("no region was named", ExitCode.configuration, [
    { path: "--stack", rule: "regions come from a stack or from kubeconfigs", fix: "--stack production" },
  ]);
}

async function withRegions(
  options: Options,
  work: (regions: readonly RegionDelivery[]) => Promise<void>,
): Promise<void> {
  await withTargets(options, async (targets) => {
    const chosen = targets.filter(({ region }) => options.region === undefined || region === options.region);
    if (chosen.length === 0) {
      throw new PlatformError("no such region", ExitCode.configuration, [
        {
          path: "--region",
          received: options.region ?? "",
          rule: "must be a region of the stack",
          fix: `one of ${targets.map(({ region }) => region).join(", ")}`,
        },
      ]);
    }
    const { namespace, name, canaryName } = options;
    await work(await openTargets(chosen, { namespace, service: name, canary: canaryName }));
  });
}

async function status(regions: readonly RegionDelivery[], options: Options): Promise<void> {
  const statuses = await readAll(regions);
  if (options.json === true) sayJson(statuses);
  else say(renderTable(statuses));
  const unreached = unreachedOf(statuses);
  if (unreached.length > 0) throw new PlatformError(`not reached: ${unreached.join("; ")}`, ExitCode.resource);
}

async function watch(regions: readonly RegionDelivery[], options: Options): Promise<void> {
  await watchAll(regions, { json: options.json ?? false, intervalMs: options.interval * 1000 });
}

function report(outcomes: readonly RegionOutcome[], options: Options): void {
  if (options.json === true) sayJson(outcomes);
  else for (const { region, done, message } of outcomes) say(`${region}: ${done ? message : `FAILED: ${message}`}`);
  const failed = outcomes.filter(({ done }) => !done);
  if (failed.length === 0) return;
  const list = failed.map(({ region, message }) => `${region}: ${message}`).join("; ");
  throw new PlatformError(`not done in ${failed.length} of ${outcomes.length} regions: ${list}`, ExitCode.resource);
}

async function wait(regions: readonly RegionDelivery[], options: Options): Promise<void> {
  const delivered = await waitForAll(regions, {
    intervalMs: options.interval * 1000,
    ...(options.timeout !== undefined && { timeoutSeconds: options.timeout }),
    onChange: (now) => void process.stderr.write(`${renderLine(now)}\n`),
  });
  if (options.json === true) sayJson(delivered);
  else say(`delivered in ${delivered.map(({ region }) => region).join(", ")}`);
}

type Work = (regions: readonly RegionDelivery[], options: Options) => Promise<void>;

function addCommand(parent: Command, name: string, work: { summary: string; run: Work }): Command {
  const seconds = (flags: string, text: string): Option => new Option(flags, text).argParser(positiveSeconds);
  return parent
    .command(name)
    .description(work.summary)
    .option("--stack <name>", "take the regions from this stack's outputs")
    .option("--primary <region=kubeconfig>", "the primary region, instead of a stack", collect)
    .option("--secondary <region=kubeconfig>", "a secondary region; may be repeated", collect)
    .option("--region <name>", "only this region; default all, secondary first")
    .option("--namespace <name>", "namespace of the service", "agent-memory")
    .option("--name <name>", "name of the service's Rollout or Deployment", "agent-memory-service")
    .option("--canary-name <name>", "name of the canary's Deployment", "agent-memory-canary")
    .option("--json", "print JSON")
    .addOption(seconds("--interval <seconds>", "time between two looks").default(2))
    .action(
      async (options: Options) => await withRegions(options, async (regions) => await work.run(regions, options)),
    );
}

/** Adds `rollout status|watch|promote|pause|abort|retry|wait`. */
export function registerRollout(program: Command): void {
  const rollout = program
    .command("rollout")
    .description("watch and steer the delivery of a new version, region by region");
  addCommand(rollout, "status", { summary: "stage, weights, metrics and time left", run: status });
  addCommand(rollout, "watch", { summary: "the same, live, until every delivery has ended", run: watch });
  addCommand(rollout, "promote", {
    summary: "go on to the next stage, secondary region first; stops at the first failure",
    run: async (regions, options) => report(await promoteAll(regions, options.full ?? false), options),
  }).option("--full", "skip every stage and analysis that is left");
  for (const change of ["pause", "abort", "retry"] as const) {
    const summary = {
      pause: "stop where it stands, traffic as it is",
      abort: "all traffic back to the stable version",
      retry: "start an aborted rollout again from its first stage",
    }[change];
    addCommand(rollout, change, {
      summary,
      run: async (regions, options) => report(await changeAll(regions, change), options),
    });
  }
  addCommand(rollout, "wait", {
    summary: "the pipeline's gate: ends when every region is delivered, fails when one is not",
    run: wait,
  }).option(
    "--timeout <seconds>",
    "per region; default the configuration's rolloutTimeout, or the sum of the stages with slack where there are some",
    positiveSeconds,
  );
}
