import { rm } from "node:fs/promises";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { drillCorruption } from "../../operations/recovery/drill/corruption.js";
import { drillFailBack } from "../../operations/recovery/drill/fail-back.js";
import { drillOutage, type DrillOptions } from "../../operations/recovery/drill/outage.js";
import { startDrillStore } from "../../operations/recovery/drill/object-store.js";
import { clearRemains, makeDrillFolder } from "../../operations/recovery/drill/remains.js";
import { storeDrill, type DrillResult } from "../../operations/recovery/drill/result.js";
import { showSeconds } from "../../operations/recovery/run/figures.js";
import { RunFiles } from "../../operations/recovery/run/files.js";
import type { Place, Site } from "../../operations/recovery/site/site.js";
import { LiveView } from "./live.js";
import { newRunId } from "./run.js";
import { namesSite, operator, requireSite, say, sayJson, stateOnDisk, type CommonOptions } from "./options.js";

export interface DrillCommandOptions extends CommonOptions {
  readonly repository?: string;
  readonly endpointUrl?: string;
  readonly detection: string;
}

const drilled = ["region-outage", "fail-back", "database-corruption", "data-loss"] as const;

function readDetection(text: string): Site["detection"] | undefined {
  const [, interval, failures] = /^(\d+(?:\.\d+)?)x(\d+)$/.exec(text) ?? [];
  const detection = { intervalSeconds: Number(interval), failures: Number(failures) };
  return detection.intervalSeconds > 0 && detection.failures > 0 ? detection : undefined;
}

/** What was asked for, before anything is started. @throws PlatformError with every fault. */
function readAsked(plan: string, text: string): { plan: (typeof drilled)[number]; detection: Site["detection"] } {
  const chosen = drilled.find((one) => one === plan);
  const detection = readDetection(text);
  if (chosen !== undefined && detection !== undefined) return { plan: chosen, detection };
  const others = "walk through the others by their runbooks";
  const planFault = {
    path: "plan",
    received: plan,
    rule: "must be a plan with a stand-in",
    fix: `one of ${drilled.join(", ")}; ${others}`,
  };
  const detectionFault = {
    path: "--detection",
    received: text,
    rule: "must be SECONDSxFAILURES, both above 0",
    fix: "--detection 10x3",
  };
  throw new PlatformError("that cannot be drilled", ExitCode.configuration, [
    ...(chosen === undefined ? [planFault] : []),
    ...(detection === undefined ? [detectionFault] : []),
  ]);
}

async function perform(
  plan: (typeof drilled)[number],
  folder: string,
  given: {
    readonly options: DrillCommandOptions;
    readonly detection: Site["detection"];
    readonly drill: DrillOptions;
    readonly site?: Site;
  },
): Promise<{ readonly result: DrillResult; readonly more: readonly string[] }> {
  const { options, detection, drill, site } = given;
  const stack = site?.stack ?? "drill";
  const keys = Object.keys(site?.regions ?? {});
  const primary = site?.primary ?? "us-east-1";
  if (plan === "region-outage" || plan === "fail-back") {
    const standby = keys.find((key) => key !== primary) ?? "us-west1";
    const stand = { folder, stack, primary, standby, detection, ttlSeconds: 5 };
    // There is a way back only once the region was lost; that part is not shown.
    const unseen = { ...drill, runId: newRunId("region-outage"), onRecord: () => undefined };
    const lost = await drillOutage(stand, plan === "fail-back" ? unseen : drill);
    try {
      const done = plan === "fail-back" ? await drillFailBack(lost, stand, drill) : lost;
      return { result: done.result, more: [] };
    } finally {
      await lost.stand.stop();
    }
  }
  const place = await backupsOf(options, folder, drill.onProgress);
  const done = await drillCorruption({ folder, stack, plan, region: primary, repository: place }, drill);
  const { goodRows, goodRowsAfter, badRowsAfter } = done;
  return {
    result: done.result,
    more: [`good rows before the damage: ${goodRows}, restored: ${goodRowsAfter}, still damaged: ${badRowsAfter}`],
  };
}

/** Where the drill's own backups go: the bucket that was named, else an S3 server that lasts as long as the drill. */
async function backupsOf(
  { repository, endpointUrl }: DrillCommandOptions,
  folder: string,
  onProgress: DrillOptions["onProgress"],
): Promise<Place> {
  if (repository !== undefined)
    return { uri: repository, ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }) };
  onProgress?.("an S3 server for its backups");
  const { place, env } = await startDrillStore(folder);
  Object.assign(process.env, env);
  return place;
}

function describe({
  rtoSeconds,
  rtoTargetSeconds,
  rpoSeconds,
  rpoTargetSeconds,
  automatedSeconds,
  client,
}: DrillResult): string[] {
  const { acknowledged, lost, refused, failed, longestGapSeconds } = client;
  return [
    `RTO ${showSeconds(rtoSeconds)} of ${showSeconds(rtoTargetSeconds)}, of it automated ${showSeconds(automatedSeconds)}`,
    `RPO at most ${showSeconds(rpoSeconds)} of ${showSeconds(rpoTargetSeconds)}`,
    `client: ${acknowledged} writes acknowledged, of them ${lost} lost; ${refused} refused plainly, ${failed} failed; longest gap ${longestGapSeconds} s`,
  ];
}

/** Runs a plan against a stand-in of the stack on this machine, and keeps what it measured. */
export async function drill(plan: string, options: DrillCommandOptions): Promise<void> {
  const { plan: chosen, detection } = readAsked(plan, options.detection);
  const site = namesSite(options) ? await requireSite(options) : undefined;
  const files = new RunFiles(stateOnDisk(options), site?.stack ?? "drill");
  const onProgress = (what: string): void => void process.stderr.write(`drill: ${what}\n`);
  for (const line of await clearRemains(files)) onProgress(line);
  const folder = await makeDrillFolder();
  const view = new LiveView(process.stderr);
  const context = {
    files,
    by: operator(options),
    runId: newRunId(chosen),
    onProgress,
    onRecord: view.update.bind(view),
  };
  try {
    const { result, more } = await perform(chosen, folder, {
      options,
      detection,
      drill: context,
      ...(site === undefined ? {} : { site }),
    });
    const missed = site === undefined ? undefined : await storeDrill(site, result);
    if (options.json === true) sayJson(result);
    else for (const line of [...describe(result), ...more]) say(line);
    const kept =
      missed === undefined
        ? "the result was kept on this machine alone: --stack or --site says which stack's rule book reads it\n"
        : missed.map((place) => `the drill's result was not kept at ${place}\n`).join("");
    process.stderr.write(kept);
    if (!result.passed)
      throw new PlatformError(
        `the drill of ${chosen} missed its objectives: recover report ${result.run}`,
        ExitCode.resource,
      );
  } finally {
    view.end();
    await rm(folder, { recursive: true, force: true });
  }
}
