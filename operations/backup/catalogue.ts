import { createHash } from "node:crypto";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import type { Store } from "../../config/schema/data.js";
import { jobId, type BackupJob, type StoredObject } from "./job.js";
import { foreignJobs } from "./postgres/archive.js";
import type { ObjectStorage } from "./storage.js";

/** A job that has shown no life for this long was killed; its lock is void. */
const STALE_MS = 120_000;
const HEARTBEAT_MS = 30_000;

/** What a finished backup knows of itself. */
export type Outcome = Pick<BackupJob, "objects" | "toolId" | "wal" | "expect">;

interface Lock {
  readonly job: string;
  readonly at: number;
}

/** The records of one store's backups, beside them in the repository. */
export class Catalogue {
  constructor(
    readonly storage: ObjectStorage,
    readonly store: Store,
  ) {}

  private key(id: string): string {
    return `catalogue/${id}.json`;
  }

  private get lockKey(): string {
    return `catalogue/${this.store}.lock`;
  }

  /** All jobs, oldest first. One that still calls itself running but shows no life is shown as failed. */
  async jobs(): Promise<BackupJob[]> {
    const found = (await this.storage.list(`catalogue/${this.store}_`)).filter(({ key }) => key.endsWith(".json"));
    const lock = await this.lock();
    const jobs = await Promise.all(
      found.map(async ({ key }) => JSON.parse(await this.storage.readText(key)) as BackupJob),
    );
    const shown = jobs.map((job): BackupJob => {
      if (job.status !== "running" || lock?.job === job.id) return job;
      return { ...job, status: "failed", error: "it was killed, or its machine was lost" };
    });
    if (this.store !== "postgres") return shown;
    const all = [...shown, ...(await foreignJobs(this.storage, jobs))];
    return all.sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  async write(job: BackupJob): Promise<void> {
    await this.storage.writeText(this.key(job.id), `${JSON.stringify(job, null, 2)}\n`);
  }

  async forget(id: string): Promise<void> {
    await this.storage.remove(this.key(id));
  }

  /** Who holds the lock, where that job still lives. */
  private async lock(): Promise<Lock | undefined> {
    const [found] = await this.storage.list(this.lockKey);
    if (found === undefined) return undefined;
    const lock = JSON.parse(await this.storage.readText(this.lockKey)) as Lock;
    return Date.now() - lock.at > STALE_MS ? undefined : lock;
  }

  /**
   * Runs one backup with its record: running at first, then completed or failed, and never two at once. Whatever
   * `work` leaves behind when it fails is in no record that calls itself good.
   */
  async run(kind: BackupJob["kind"], work: (job: BackupJob) => Promise<Outcome>): Promise<BackupJob> {
    const job = await this.begin(kind);
    const beat = setInterval(() => void this.beat(job.id).catch(() => undefined), HEARTBEAT_MS);
    try {
      const outcome = await work(job);
      const done = { ...job, ...outcome, ...summary(outcome.objects ?? []), status: "completed" as const, end: now() };
      await this.write(done);
      return done;
    } catch (thrown) {
      // The record is best effort here: where the repository itself is out of reach, the missing heartbeat tells.
      await this.write({ ...job, status: "failed", end: now(), error: messageOf(thrown) }).catch(() => undefined);
      throw thrown;
    } finally {
      clearInterval(beat);
      await this.storage.remove(this.lockKey).catch(() => undefined);
    }
  }

  /** Takes the lock and an id that no other job has: two may start within a second. */
  private async begin(kind: BackupJob["kind"]): Promise<BackupJob> {
    const now = new Date();
    await this.acquire(jobId(this.store, now));
    for (let start = now; ; start = new Date(start.getTime() + 1000)) {
      const id = jobId(this.store, start);
      const location = this.storage.uri;
      const job: BackupJob = { id, store: this.store, kind, status: "running", start: now.toISOString(), location };
      if (!(await this.storage.writeText(this.key(id), `${JSON.stringify(job, null, 2)}\n`, true))) continue;
      await this.beat(id);
      return job;
    }
  }

  private async beat(id: string): Promise<void> {
    await this.storage.writeText(this.lockKey, JSON.stringify({ job: id, at: Date.now() } satisfies Lock));
  }

  private async acquire(id: string): Promise<void> {
    const holder = await this.lock();
    if (holder === undefined) await this.storage.remove(this.lockKey);
    const text = JSON.stringify({ job: id, at: Date.now() } satisfies Lock);
    if (holder === undefined && (await this.storage.writeText(this.lockKey, text, true))) return;
    throw new PlatformError(
      `another backup of ${this.store} is running: ${holder?.job ?? "it has just started"}`,
      ExitCode.resource,
    );
  }
}

function now(): string {
  return new Date().toISOString();
}

function summary(objects: readonly StoredObject[]): Pick<BackupJob, "bytes" | "checksum"> {
  const lines = objects.map(({ key, sha256 }) => `${sha256}  ${key}\n`).sort();
  return {
    bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    checksum: createHash("sha256").update(lines.join("")).digest("hex"),
  };
}

/** Reads back every object below the prefixes, for their checksums. */
export async function checksums(storage: ObjectStorage, keys: readonly string[]): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for (const key of keys) objects.push({ key, ...(await storage.checksum(key)) });
  return objects;
}
