import { ExitCode, PlatformError } from "../../common/errors.js";
import type { Store } from "../../config/schema/data.js";
import type { BackupKind } from "../../config/backup-table.js";

/** One stored object of a backup, with the checksum that `verify` compares. */
export interface StoredObject {
  /** Key below the repository. */
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type JobStatus = "running" | "completed" | "failed";

/** What is known of one backup, from its start to its end; kept as JSON in the repository's catalogue. */
export interface BackupJob {
  /** `<store>_<YYYYMMDD_HHMMSS>`, UTC. */
  readonly id: string;
  readonly store: Store;
  readonly kind: BackupKind;
  readonly status: JobStatus;
  /** RFC 3339, UTC. */
  readonly start: string;
  readonly end?: string;
  /** Where it is: `s3://bucket/path`. */
  readonly location: string;
  /** Sum of the stored objects, in bytes. */
  readonly bytes?: number;
  /** SHA-256 over the sorted list of objects and their checksums. */
  readonly checksum?: string;
  readonly objects?: readonly StoredObject[];
  /** Why it failed. */
  readonly error?: string;
  /** What the store's own tool calls it: barman's backup id, Weaviate's backup id. */
  readonly toolId?: string;
  /** WAL that belongs to it: from where, to where, as LSNs. */
  readonly wal?: { readonly from: string; readonly to: string };
  /** What a restore must find again: the canary's value, numbers of keys or objects. */
  readonly expect?: Readonly<Record<string, string | number>>;
}

/** The id of a job that starts at `start`. */
export function jobId(store: Store, start: Date): string {
  const [day, time] = start.toISOString().split("T");
  return `${store}_${day?.replaceAll("-", "") ?? ""}_${time?.slice(0, 8).replaceAll(":", "") ?? ""}`;
}

/** The one of the jobs with that id, or the newest completed one for `latest`. */
export function pickJob(jobs: readonly BackupJob[], id: string): BackupJob {
  const good = jobs.filter(({ status, kind }) => status === "completed" && kind === "full");
  const found = id === "latest" ? good.at(-1) : jobs.find((job) => job.id === id);
  if (found !== undefined) return found;
  throw new PlatformError(`there is no backup ${JSON.stringify(id)}`, ExitCode.resource, [
    {
      path: "backup",
      received: id,
      rule: "must be the id of a completed backup, or `latest`",
      fix:
        good.length === 0
          ? "create one first"
          : `one of ${good
              .map((job) => job.id)
              .slice(-5)
              .join(", ")}`,
    },
  ]);
}
