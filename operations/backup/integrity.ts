import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { messageOf } from "../../common/errors.js";
import type { BackupJob, StoredObject } from "./job.js";
import type { ObjectStorage } from "./storage.js";

/** Result of reading back every object of a backup. */
export interface Integrity {
  readonly objects: number;
  readonly bytes: number;
  /** One line for each object that is missing, cut short, or not what was written. */
  readonly problems: readonly string[];
}

/** What a restore of this job reads: its own objects and, for PostgreSQL, those of the increments after it. */
export function objectsOf(job: BackupJob, jobs: readonly BackupJob[]): StoredObject[] {
  const later = jobs.filter(
    ({ kind, status, start }) => kind === "incremental" && status === "completed" && start >= job.start,
  );
  const byKey = new Map<string, StoredObject>();
  for (const { objects } of [job, ...later]) for (const object of objects ?? []) byKey.set(object.key, object);
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Reads every object back and compares size and checksum; goes on after a fault, so that all are told. */
export async function checkIntegrity(
  storage: ObjectStorage,
  objects: readonly StoredObject[],
  onProgress: (bytes: number) => void = () => undefined,
): Promise<Integrity> {
  const problems: string[] = [];
  let bytes = 0;
  for (const expected of objects) {
    try {
      const found = await storage.checksum(expected.key);
      bytes += found.bytes;
      if (found.bytes !== expected.bytes) {
        problems.push(`${expected.key}: ${found.bytes} bytes instead of ${expected.bytes}`);
      } else if (found.sha256 !== expected.sha256) problems.push(`${expected.key}: the checksum differs`);
    } catch (thrown) {
      problems.push(`${expected.key}: ${messageOf(thrown)}`);
    }
    onProgress(bytes);
  }
  return { objects: objects.length, bytes, problems };
}

/** Passes an object's bytes on, and breaks at their end where they are not what was written. */
export function checking({ key, sha256 }: StoredObject): Transform {
  const hash = createHash("sha256");
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(hash.digest("hex") === sha256 ? null : new Error(`${key}: the checksum differs`));
    },
  });
}
