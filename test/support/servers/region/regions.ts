import { join } from "node:path";
import { cacheFolder, say, withLock } from "../../../../operations/local/servers/cache.js";
import type { KubeObject } from "../../../../operations/local/servers/region/api.js";
import { awaitServed, readDefinitions } from "../../../../operations/local/servers/region/crds.js";
import { ensureRegionServers, seedWith, startRegion, type Region } from "./region.js";

/** Two regions, as the platform has them. */
export interface TwoRegions {
  readonly primary: Region;
  readonly secondary: Region;
  readonly both: readonly [Region, Region];
  /** Milliseconds from the start of the first process to six ready nodes and every definition served, in each region. */
  readonly startMs: number;
}

let running: Promise<TwoRegions> | undefined;

async function start(): Promise<TwoRegions> {
  await ensureRegionServers();
  const definitions = await readDefinitions();
  const seed = await seedWith(definitions);
  // Where several processes begin at once, pair after pair is up sooner than all of them together.
  return await withLock(join(cacheFolder(), "regions.lock"), async () => await startBoth(definitions, seed));
}

async function startBoth(definitions: readonly KubeObject[], seed: string): Promise<TwoRegions> {
  const started = performance.now();
  const both = await Promise.all([startRegion("us-east-1", seed), startRegion("us-west1", seed)]);
  await Promise.all(both.map(({ api }) => awaitServed(api, definitions)));
  const startMs = performance.now() - started;
  const folders = both.map(({ folder }) => folder).join(", ");
  say(`two regions up in ${(startMs / 1000).toFixed(1)} s, with ${definitions.length} definitions: ${folders}`);
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
