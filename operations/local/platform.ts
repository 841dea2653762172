import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../common/poll.js";
import { removeCgroups } from "./cgroups.js";
import { CONTROL_PLANE } from "./control-plane.js";
import { busyboxImage, imageArchive, serverImage } from "./images/catalogue.js";
import { isRunning, Ledger } from "./ledger.js";
import { Segment, type Place } from "./network.js";
import { NODE, PAUSE_IMAGE } from "./node.js";
import { startObjectStore } from "./object-store.js";
import { startLocalRegion, type LocalRegion, type RegionPlan } from "./region.js";
import { cacheFolder } from "./servers/cache.js";
import { ensureServers } from "./servers/ensure.js";
import { Space } from "./space.js";
import { DNS_IMAGE } from "./system/dns.js";
import { METRICS_IMAGE } from "./system/metrics.js";

export interface LocalPlan {
  /** Sets this platform apart from others on the machine. */
  readonly name: string;
  readonly regions: readonly RegionPlan[];
  /** Image archives beside the cluster's own. */
  readonly images: readonly string[];
  /** Whether CPU and memory are measured, for autoscalers. */
  readonly metrics: boolean;
  /** Hears of every process as it is started; tests use it to end with their platform, however they end. */
  readonly onProcess?: (pid: number) => void;
}

/**
 * Regions on one machine, joined by one network segment that leads nowhere else, with an S3 server for their backups and
 * a place for clients.
 */
export interface LocalPlatform {
  readonly name: string;
  readonly folder: string;
  readonly ledger: Ledger;
  readonly segment: Segment;
  readonly regions: readonly LocalRegion[];
  /** A space from which load comes; it is on the segment like everyone. */
  readonly client: Place;
}

/** What a platform is made of, by the servers that are built for it. */
export const PLATFORM_SERVERS = [...CONTROL_PLANE, ...NODE, "coredns", "metrics-server", "versitygw"] as const;

/** Where a local platform keeps what it makes. */
export function platformFolder(name: string): string {
  return join(cacheFolder(), "local", name);
}

async function systemImages({ metrics }: LocalPlan): Promise<string[]> {
  const pause = { ...(await busyboxImage([PAUSE_IMAGE])), entrypoint: ["/bin/sleep"], command: ["2147483647"] };
  const specs = [pause, await serverImage("coredns", [DNS_IMAGE])];
  if (metrics) specs.push(await serverImage("metrics-server", [METRICS_IMAGE]));
  const archives: string[] = [];
  for (const spec of specs) archives.push(await imageArchive(spec));
  return archives;
}

/** Starts a platform; what a former run of the same name left behind is cleared first. */
export async function startPlatform(plan: LocalPlan): Promise<LocalPlatform> {
  await stopPlatform(plan.name);
  const folder = platformFolder(plan.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ensureServers(PLATFORM_SERVERS);
  const images = [...(await systemImages(plan)), ...plan.images];
  const ledger = await Ledger.open(folder, plan.onProcess);
  const open = async (name: string): Promise<Space> => await Space.open(name, join(folder, name), ledger);
  const segment = await Segment.create(await open("segment"));
  await startObjectStore(segment, folder, open);
  const around = { folder, ledger, segment, images, metrics: plan.metrics };
  const regions: LocalRegion[] = [];
  // One after another: each uses every core there is.
  for (const region of plan.regions) regions.push(await startLocalRegion(region, around));
  const client = await segment.join(await open("client"));
  return { name: plan.name, folder, ledger, segment, regions, client };
}

/** What is left of a platform. */
export interface PlatformRemains {
  readonly folder: string;
  readonly running: readonly string[];
  readonly notes: Readonly<Record<string, string>>;
}

/** What runs of a platform, by the ids that were recorded; `undefined` where there is none. */
export async function platformRemains(name: string): Promise<PlatformRemains | undefined> {
  const folder = platformFolder(name);
  if (!existsSync(folder)) return undefined;
  const ledger = await Ledger.open(folder);
  return { folder, running: ledger.processes.filter(isRunning).map((p) => p.name), notes: ledger.notes };
}

/**
 * Ends every process that was recorded, and by that all that runs in their spaces, their mounts, links and rules; then
 * removes the control groups and the folder. Nothing is found by name.
 * @returns how many processes were ended.
 */
export async function stopPlatform(name: string): Promise<number> {
  const folder = platformFolder(name);
  if (!existsSync(folder)) return 0;
  const ledger = await Ledger.open(folder);
  const alive = ledger.processes.filter(isRunning);
  for (const { pid } of alive) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
    }
  }
  await poll(() => (alive.some(isRunning) ? undefined : true), {
    what: `the processes of ${name} to end`,
    intervalMs: 50,
    timeoutMs: 30_000,
  });
  await removeCgroups(ledger.cgroups);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return alive.length;
}
