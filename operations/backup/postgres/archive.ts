import { jobId, type BackupJob } from "../job.js";
import type { ObjectStorage } from "../storage.js";
import { serverName } from "./source.js";

/** Base backups in an archive, as barman calls them. */
export async function baseBackups(storage: ObjectStorage): Promise<string[]> {
  const infos = (await storage.list(`${serverName}/base/`)).filter(({ key }) => key.endsWith("/backup.info"));
  return infos.map(({ key }) => key.split("/").at(-2) ?? "");
}

/** A base backup that was begun and never came to its end: its process was killed, or barman noted that it failed. */
export interface UnfinishedBase {
  readonly toolId: string;
  readonly begun: Date;
}

/**
 * Base backups of whose end barman left no word: what they uploaded is of no use, and in no record of ours. Those that
 * good jobs name are not looked at.
 */
export async function unfinishedBases(storage: ObjectStorage, jobs: readonly BackupJob[]): Promise<UnfinishedBase[]> {
  const good = new Set(jobs.filter(({ status }) => status === "completed").map(({ toolId }) => toolId));
  const found = await storage.list(`${serverName}/base/`);
  const idOf = (key: string): string => key.slice(`${serverName}/base/`.length).split("/")[0] ?? "";
  const bases = await Promise.all(
    [...new Set(found.map(({ key }) => idOf(key)))].map(async (toolId) => {
      const objects = found.filter(({ key }) => idOf(key) === toolId);
      const noted = objects.some(({ key }) => key.endsWith("/backup.info"));
      if (good.has(toolId) || (noted && (await readBackupInfo(storage, toolId)).status === "DONE")) return [];
      return [{ toolId, begun: new Date(Math.min(...objects.map(({ modified }) => modified.getTime()))) }];
    }),
  );
  return bases.flat();
}

/** The segment that an archived file holds, whatever the archive compressed it with; history files have none. */
export function segmentOf(key: string): string | undefined {
  return /\/([0-9A-F]{24})(?:\.[0-9A-F]{8}\.backup)?(?:\.(?:gz|bz2|snappy|lz4|xz|zst))?$/.exec(key)?.[1];
}

/** What barman noted of a base backup. */
export async function readBackupInfo(storage: ObjectStorage, toolId: string): Promise<Record<string, string>> {
  const text = await storage.readText(`${serverName}/base/${toolId}/backup.info`);
  const fields = text.split("\n").map((line) => /^(\w+)=(.*)$/.exec(line));
  return Object.fromEntries(fields.flatMap((match) => (match === null ? [] : [[match[1] ?? "", match[2] ?? ""]])));
}

/**
 * Base backups that somebody else made, such as CloudNativePG's plugin: they can be listed, restored and verified by a
 * restore, but carry no checksums of ours and are pruned by whoever made them.
 */
export async function foreignJobs(storage: ObjectStorage, known: readonly BackupJob[]): Promise<BackupJob[]> {
  const ours = new Set(known.map(({ toolId }) => toolId));
  const others = (await baseBackups(storage)).filter((toolId) => !ours.has(toolId));
  if (others.length === 0) return [];
  const archived = new Set((await storage.list(`${serverName}/wals/`)).map(({ key }) => segmentOf(key)));
  const jobs: BackupJob[] = [];
  for (const toolId of others) {
    const {
      status,
      begin_time: begin = "",
      end_time: end = "",
      begin_wal: from = "",
      end_wal: to = "",
    } = await readBackupInfo(storage, toolId);
    // Without the WAL of its beginning and end a base backup cannot be made consistent: it is none, or none yet.
    if (status !== "DONE" || !archived.has(from) || !archived.has(to)) continue;
    const start = new Date(begin);
    jobs.push({
      id: jobId("postgres", start),
      store: "postgres",
      kind: "full",
      status: "completed",
      start: start.toISOString(),
      end: new Date(end).toISOString(),
      location: storage.uri,
      toolId,
      wal: { from, to },
    });
  }
  return jobs;
}
