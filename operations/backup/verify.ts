import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../common/errors.js";
import type { Store } from "../../config/schema/data.js";
import type { Catalogue } from "./catalogue.js";
import { checkIntegrity, objectsOf, type Integrity } from "./integrity.js";
import { pickJob, type BackupJob } from "./job.js";

/** What a restored copy was found to be. */
export interface RestoreCheck {
  /** Seconds from the start of the restore until the copy serves. */
  readonly rtoSeconds: number;
  /** Seconds between the newest thing in the copy and the start of the restore, where the store can tell. */
  readonly rpoSeconds?: number;
  /** Numbers of rows, keys or objects by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** Restores a backup into the folder, checks it, and leaves nothing running. */
export type Restorer = (
  job: BackupJob,
  context: { readonly jobs: readonly BackupJob[]; readonly folder: string },
) => Promise<RestoreCheck>;

/** Who verified which backup when, and what was measured: what the rule book and the alert read. */
export interface VerificationRecord {
  readonly store: Store;
  readonly backup: string;
  readonly at: string;
  readonly by: string;
  readonly verified: boolean;
  readonly objects: number;
  readonly bytes: number;
  readonly rtoSeconds?: number;
  readonly rpoSeconds?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export interface VerifyOptions {
  /** Id of the backup; the newest good one where left out. */
  readonly backup?: string;
  /** Scratch space with room for the restored store. Default the system's temporary folder. */
  readonly scratch?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads every stored object back, then restores into a scratch place and checks what came up. A backup whose objects are
 * not what was written is not restored: the answer is known.
 */
export async function verify(
  catalogue: Catalogue,
  restore: Restorer,
  options: VerifyOptions = {},
): Promise<VerificationRecord> {
  const jobs = await catalogue.jobs();
  const job = pickJob(jobs, options.backup ?? "latest");
  const objects = objectsOf(job, jobs);
  const total = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const integrity = await checkIntegrity(catalogue.storage, objects, (done) => options.onProgress?.(done, total));
  const checked = integrity.problems.length > 0 ? undefined : await attempt(restore, job, { jobs, options });
  return record(job, integrity, checked);
}

async function attempt(
  restore: Restorer,
  job: BackupJob,
  { jobs, options }: { readonly jobs: readonly BackupJob[]; readonly options: VerifyOptions },
): Promise<Partial<RestoreCheck> & Pick<RestoreCheck, "problems">> {
  const folder = await mkdtemp(join(options.scratch ?? tmpdir(), "verify-"));
  try {
    return await restore(job, { jobs, folder: join(folder, "restored") });
  } catch (thrown) {
    return { problems: [`the restore failed: ${messageOf(thrown)}`] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function record(
  job: BackupJob,
  integrity: Integrity,
  checked: (Partial<RestoreCheck> & Pick<RestoreCheck, "problems">) | undefined,
): VerificationRecord {
  const problems = [...integrity.problems, ...(checked?.problems ?? [])];
  return {
    store: job.store,
    backup: job.id,
    at: new Date().toISOString(),
    by: `${process.env.POD_NAMESPACE ?? userInfo().username}@${hostname()}`,
    verified: problems.length === 0,
    objects: integrity.objects,
    bytes: integrity.bytes,
    ...(checked?.rtoSeconds === undefined ? {} : { rtoSeconds: checked.rtoSeconds }),
    ...(checked?.rpoSeconds === undefined ? {} : { rpoSeconds: checked.rpoSeconds }),
    ...(checked?.counts === undefined ? {} : { counts: checked.counts }),
    problems,
  };
}
