import { createHash } from "node:crypto";
import { messageOf } from "../../common/errors.js";
import type { Store } from "../../config/schema/data.js";
import { jobId, type BackupJob, type StoredObject } from "./job.js";
import { Lock, type LockTiming } from "./lock.js";
import { foreignJobs } from "./postgres/archive.js";
import type { ObjectStorage } from "./storage.js";

/** What a finished backup knows of itself. */
export type Outcome = Pick<BackupJob, "objects" | "toolId" | "wal" | "expect">;

/** The records of one store's backups, beside them in the repository. */
export class Catalogue {
  constructor(
    readonly storage: ObjectStorage,
    readonly store: Store,
    private readonly timing?: LockTiming,
  ) {}

  private key(id: string): string {
    return `catalogue/${id}.json`;
  }

  private lock(): Lock {
    return new Lock(this.storage, `catalogue/${this.store}.lock`, this.timing);
  }

  /** All jobs, oldest first. One that still calls itself running but shows no life is shown as failed. */
  async jobs(): Promise<BackupJob[]> {
    const found = (await this.storage.list(`catalogue/${this.store}_`)).filter(({ key }) => key.endsWith(".json"));
    const alive = await this.lock().holder();
    const jobs = await Promise.all(
      found.map(async ({ key }) => JSON.parse(await this.storage.readText(key)) as BackupJob),
    );
    const shown = jobs.map((job): BackupJob => {
      if (job.status !== "running" || alive === job.id) return job;
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

  /**
   * Runs one backup with its record: running at first, then completed or failed, and never two at once. Whatever
   * `work` leaves behind when it fails is in no record that calls itself good.
   */
  async run(kind: BackupJob["kind"], work: (job: BackupJob) => Promise<Outcome>): Promise<BackupJob> {
    const lock = this.lock();
    await lock.take(jobId(this.store, new Date()), `backup of ${this.store}`);
    try {
      return await this.recorded(await this.begin(kind), lock, work);
    } finally {
      // Best effort: where the repository is out of reach, the missing sign of life tells.
      await lock.giveBack().catch(() => undefined);
    }
  }

  private async recorded(job: BackupJob, lock: Lock, work: (job: BackupJob) => Promise<Outcome>): Promise<BackupJob> {
    try {
      await lock.beat(job.id);
      const outcome = await work(job);
      await lock.beat(job.id);
      const done = { ...job, ...outcome, ...summary(outcome.objects ?? []), status: "completed" as const, end: now() };
      await this.write(done);
      return done;
    } catch (thrown) {
      await this.write({ ...job, status: "failed", end: now(), error: messageOf(thrown) }).catch(() => undefined);
      throw thrown;
    }
  }

  /** A record with an id that no other job has: two may start within a second. */
  private async begin(kind: BackupJob["kind"]): Promise<BackupJob> {
    const now = new Date();
    for (let start = now; ; start = new Date(start.getTime() + 1000)) {
      const id = jobId(this.store, start);
      const location = this.storage.uri;
      const job: BackupJob = { id, store: this.store, kind, status: "running", start: now.toISOString(), location };
      if (await this.storage.writeText(this.key(id), `${JSON.stringify(job, null, 2)}\n`, true)) return job;
    }
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
