import type { Catalogue } from "./catalogue.js";
import type { BackupJob } from "./job.js";
import { segmentOf } from "./postgres/archive.js";
import { serverName } from "./postgres/source.js";

export interface PrunePlan {
  readonly remove: readonly BackupJob[];
  readonly keep: readonly BackupJob[];
  /** First WAL segment that a kept backup needs; older ones go. */
  readonly walFrom?: string;
}

const DAY_MS = 86_400_000;

/**
 * What can go: backups older than the retention, except the newest good one, and except the one from which the oldest
 * point in time inside the retention is restored. Increments go with the last backup that needs them.
 */
export function planPrune(jobs: readonly BackupJob[], retentionDays: number, now: Date): PrunePlan {
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
    ...(oldestKept?.wal === undefined ? {} : { walFrom: oldestKept.wal.from }),
  };
}

/** Removes what the plan names. The record goes last: a run that is killed in between is finished by the next. */
export async function prune(catalogue: Catalogue, plan: PrunePlan): Promise<void> {
  const kept = new Set(plan.keep.flatMap(({ objects }) => (objects ?? []).map(({ key }) => key)));
  for (const job of plan.remove) {
    const own = (job.objects ?? []).map(({ key }) => key).filter((key) => !kept.has(key) && !isWal(key));
    for (const key of own) await catalogue.storage.remove(key);
    await catalogue.forget(job.id);
  }
  if (plan.walFrom === undefined) return;
  for (const { key } of await catalogue.storage.list(`${serverName}/wals/`)) {
    const segment = segmentOf(key);
    if (segment !== undefined && segment < plan.walFrom) await catalogue.storage.remove(key);
  }
}

function isWal(key: string): boolean {
  return key.startsWith(`${serverName}/wals/`);
}
