import { ExitCode, PlatformError } from "../../../common/errors.js";
import { checksums, type Catalogue } from "../catalogue.js";
import type { BackupJob } from "../job.js";
import type { Restorer } from "../verify.js";
import { Weaviate, type WeaviateSource } from "./weaviate.js";

/** A backup by Weaviate's own module, which writes below the repository's path; the record adds counts and checksums. */
export async function createVector(catalogue: Catalogue, source: WeaviateSource): Promise<BackupJob> {
  const weaviate = new Weaviate(source);
  return await catalogue.run("full", async ({ id }) => {
    const expect: Record<string, string | number> = {};
    for (const [name, count] of Object.entries(await weaviate.counts())) {
      expect[`count:${name}`] = count;
      const sample = await weaviate.sample(name);
      if (sample !== undefined) expect[`sample:${name}`] = sample;
    }
    await weaviate.backup(id);
    const keys = (await catalogue.storage.list(`${id}/`)).map(({ key }) => key);
    if (keys.length === 0) {
      throw new PlatformError(
        `Weaviate says that it wrote ${id}, but nothing is at ${catalogue.storage.uri}: its BACKUP_S3_BUCKET and ` +
          "BACKUP_S3_PATH must name the same place",
        ExitCode.resource,
      );
    }
    return { toolId: id, expect, objects: await checksums(catalogue.storage, keys) };
  });
}

/** Restores into a Weaviate that holds nothing yet, and compares counts and samples. */
export async function restoreVector(job: BackupJob, target: WeaviateSource): Promise<RestoredVector> {
  const weaviate = new Weaviate(target);
  const present = await weaviate.classes();
  if (present.length > 0) {
    throw new PlatformError("a restore never overwrites", ExitCode.configuration, [
      {
        path: "--target",
        received: target.url,
        rule: `must hold no classes (it holds ${present.join(", ")})`,
        fix: "restore into a new Weaviate beside it, check, then switch",
      },
    ]);
  }
  await weaviate.restore(job.toolId ?? job.id);
  const counts = await weaviate.counts();
  const problems: string[] = [];
  for (const [key, expected] of Object.entries(job.expect ?? {})) {
    const [kind, name = ""] = key.split(":");
    const id = kind === "sample" ? (JSON.parse(String(expected)) as [string])[0] : "";
    const found = kind === "count" ? counts[name] : await weaviate.byId(name, id).catch(() => undefined);
    if (found !== expected) problems.push(`${key}: ${String(found)} instead of ${String(expected)}`);
  }
  return { counts, problems };
}

export interface RestoredVector {
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** Verifies by restoring into a scratch Weaviate, which must use the same bucket and path. */
export function vectorRestorer(scratch: WeaviateSource): Restorer {
  return async (job) => {
    const began = Date.now();
    const { counts, problems } = await restoreVector(job, scratch);
    const tenths = (from: number): number => Math.round((Date.now() - from) / 100) / 10;
    const rtoSeconds = tenths(began);
    return { rtoSeconds, rpoSeconds: tenths(new Date(job.start).getTime()), counts, problems };
  };
}
