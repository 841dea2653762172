import { say } from "../../../../operations/local/servers/cache.js";
import { installDefinitions, readDefinitions } from "../../../../operations/local/servers/region/crds.js";
import { ensureRegionServers, startRegion, type Region } from "./region.js";

/** Two regions, as the platform has them. */
export interface TwoRegions {
  readonly primary: Region;
  readonly secondary: Region;
  readonly both: readonly [Region, Region];
  /** Milliseconds from the start of the first process to six ready nodes in each region. */
  readonly startMs: number;
}

let running: Promise<TwoRegions> | undefined;

async function start(): Promise<TwoRegions> {
  await ensureRegionServers();
  const definitions = await readDefinitions();
  const started = performance.now();
  const both = await Promise.all([startRegion("us-east-1"), startRegion("us-west1")]);
  const startMs = performance.now() - started;
  say(`two regions up in ${(startMs / 1000).toFixed(1)} s: ${both.map(({ folder }) => folder).join(", ")}`);
  await Promise.all(both.map(({ api }) => installDefinitions(api, definitions)));
  say(`${definitions.length} definitions installed after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return { primary: both[0], secondary: both[1], both, startMs };
}

/** The two regions of this mocha process, started on first use and shared by every test file. */
export function twoRegions(): Promise<TwoRegions> {
  running ??= start();
  return running;
}

/** Stops the shared regions, where any were started. */
export async function stopRegions(): Promise<void> {
  const regions = await running?.catch(() => undefined);
  running = undefined;
  await Promise.all(regions?.both.map((region) => region.stop()) ?? []);
}
