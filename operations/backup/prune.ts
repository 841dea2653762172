import type { Catalogue } from "./catalogue.js";
import type { BackupJob } from "./job.js";
import { segmentOf, unfinishedBases, type UnfinishedBase } from "./postgres/archive.js";
import { serverName } from "./postgres/source.js";

export interface PrunePlan {
  readonly remove: readonly BackupJob[];
  readonly keep: readonly BackupJob[];
  /** Base backups that never came to their end, by barman's ids, and are older than the retention. */
  readonly unfinished: readonly string[];
  /** First WAL segment that a kept backup needs; older ones go. */
  readonly walFrom?: string;
}

export interface PruneOptions {
  readonly retentionDays: number;
  readonly now: Date;
  /** Base backups of the archive that never came to their end. */
  readonly bases?: readonly UnfinishedBase[];
}

const DAY_MS = 86_400_000;

/** What can go of a store's repository, as it is now. */
export async function planPruneOf(catalogue: Catalogue, retentionDays: number, now = new Date()): Promise<PrunePlan> {
  const jobs = await catalogue.jobs();
  const bases = catalogue.store === "postgres" ? await unfinishedBases(catalogue.storage, jobs) : [];
  return planPrune(jobs, { retentionDays, now, bases });
}

/**
 * What can go: backups older than the retention, except the newest good one, and except the one from which the oldest
 * point in time inside the retention is restored. Increments go with the last backup that needs them.
 */
export function planPrune(jobs: readonly BackupJob[], { retentionDays, now, bases = [] }: PruneOptions): PrunePlan {
  const cutoff = now.getTime() - retentionDays * DAY_MS;
  const isOld = (job: BackupJob): boolean => new Date(job.end ?? job.start).getTime() < cutoff;
  const fulls = jobs.filter(({ status, kind }) => status === "completed" && kind === "full");
  const anchor = fulls.filter(isOld).at(-1);
  // Redis and the vector database have no log to replay: for them the newest alone is enough.
  const needsAnchor = anchor !== undefined && (anchor.store === "postgres" || anchor === fulls.at(-1));
  const oldestKept = needsAnchor ? anchor : fulls.find((job) => !isOld(job));
  const goes = (job: BackupJob): boolean => {
    // What somebody else made has no objects of ours, and is theirs to remove.
    const foreign = job.status === "completed" && job.objects === undefined;
    if (foreign || !isOld(job) || job.status === "running" || job === oldestKept) return false;
    if (job.kind === "full" || job.status === "failed") return true;
    return oldestKept?.wal !== undefined && job.wal !== undefined && job.wal.to < oldestKept.wal.from;
  };
  const remove = jobs.filter(goes);
  return {
    remove,
    keep: jobs.filter((job) => !remove.includes(job)),
    // One that is under way is younger than any retention.
    unfinished: bases.filter(({ begun }) => begun.getTime() < cutoff).map(({ toolId }) => toolId),
    ...(oldestKept?.wal === undefined ? {} : { walFrom: oldestKept.wal.from }),
  };
}

/** Removes what the plan names. The record goes last: a run that is killed in between is finished by the next. */
export async function prune(catalogue: Catalogue, plan: PrunePlan): Promise<void> {
  const kept = new Set(plan.keep.flatMap(({ objects }) => (objects ?? []).map(({ key }) => key)));
  for (const toolId of plan.unfinished) await removeBelow(catalogue, `${serverName}/base/${toolId}/`);
  for (const job of plan.remove) {
    const own = (job.objects ?? []).map(({ key }) => key).filter((key) => !kept.has(key) && !isWal(key));
    for (const key of own) await catalogue.storage.remove(key);
    // One that failed has no list of what it uploaded before it did.
    if (job.status === "failed" && job.store !== "postgres") await removeBelow(catalogue, leftoverPrefix(job));
    await catalogue.forget(job.id);
  }
  if (plan.walFrom === undefined) return;
  for (const { key } of await catalogue.storage.list(`${serverName}/wals/`)) {
    const segment = segmentOf(key);
    if (segment !== undefined && segment < plan.walFrom) await catalogue.storage.remove(key);
  }
}

/** Where a job of Redis or Weaviate puts its objects. */
function leftoverPrefix({ store, id }: BackupJob): string {
  return store === "redis" ? `redis/${id}.rdb` : `${id}/`;
}

async function removeBelow({ storage }: Catalogue, prefix: string): Promise<void> {
  for (const { key } of await storage.list(prefix)) await storage.remove(key);
}

function isWal(key: string): boolean {
  return key.startsWith(`${serverName}/wals/`);
}
