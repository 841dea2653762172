import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import { carry } from "../engine/engine.js";
import { regionOutage } from "../plans/region-outage.js";
import type { RunFiles } from "../run/files.js";
import type { RunRecord } from "../run/record.js";
import { DrillClient } from "./client.js";
import { drillInput, resultOf, type DrillResult } from "./result.js";
import { Stand, type StandOptions } from "./stand.js";

/** Writes that must be acknowledged before the region is lost. */
export const WARM_UP = 30;

export interface DrillOptions {
  readonly files: RunFiles;
  readonly by: string;
  readonly runId: string;
  readonly onRecord?: (record: RunRecord) => void;
  readonly onProgress?: (what: string) => void;
}

/** Everything of a drill that a test may want to look at. */
export interface Drilled {
  readonly result: DrillResult;
  readonly record: RunRecord;
  readonly stand: Stand;
}

/** A stack of two regions on this machine loses its primary, and the plan recovers it while a client writes. */
export async function drillOutage(
  standOptions: StandOptions & { readonly onLoss?: () => Promise<unknown> },
  options: DrillOptions,
): Promise<Drilled> {
  const say = options.onProgress ?? (() => undefined);
  say("starting two regions: databases, services, a name server with health checks");
  const stand = await Stand.start(standOptions);
  try {
    const client = new DrillClient(stand.site);
    client.start();
    await poll(() => (client.count >= WARM_UP ? true : undefined), {
      what: "the client's first writes",
      timeoutMs: 120_000,
    });
    say(`the primary region is lost, after ${client.count} acknowledged writes`);
    const since = new Date().toISOString();
    await Promise.all([stand.losePrimary(), standOptions.onLoss?.()]);
    const { stack, primary: from, standby: to } = standOptions;
    const input = { ...drillInput(options), stack, plan: regionOutage, from, to, since };
    const record = await carry(input, {
      site: stand.site,
      files: options.files,
      by: options.by,
      engineFolder: join(standOptions.folder, "engine"),
      ...(options.onRecord === undefined ? {} : { onRecord: options.onRecord }),
    });
    const result = resultOf(record, { by: options.by, client: await client.finish() });
    return { result, record, stand };
  } catch (thrown) {
    await stand.stop();
    throw thrown;
  }
}
