import { ExitCode, PlatformError } from "../../../common/errors.js";
import { checksums, type Catalogue } from "../catalogue.js";
import type { BackupJob } from "../job.js";
import type { Restorer } from "../verify.js";
import { startScratchWeaviate } from "./scratch.js";
import { Weaviate, type WeaviateSource } from "./weaviate.js";

/** A backup by Weaviate's own module, which writes below the repository's path; the record adds counts and checksums. */
export async function createVector(
  catalogue: Catalogue,
  source: WeaviateSource,
  onStep?: (what: string) => void,
): Promise<BackupJob> {
  const weaviate = new Weaviate(source);
  return await catalogue.run("full", async ({ id }) => {
    onStep?.("counting the objects");
    const before = await takeStock(weaviate);
    onStep?.("uploading, by Weaviate's own module");
    await weaviate.backup(id);
    onStep?.("reading back what was stored, for its checksums");
    const keys = (await catalogue.storage.list(`${id}/`)).map(({ key }) => key);
    if (keys.length === 0) {
      throw new PlatformError(
        `Weaviate says that it wrote ${id}, but nothing is at ${catalogue.storage.uri}: its BACKUP_S3_BUCKET and ` +
          "BACKUP_S3_PATH (on Cloud Storage BACKUP_GCS_BUCKET and BACKUP_GCS_PATH) must name the same place",
        ExitCode.resource,
      );
    }
    const expect = expectation(before, await takeStock(weaviate));
    return { toolId: id, expect, objects: await checksums(catalogue.storage, keys) };
  });
}

interface Stock {
  readonly counts: Readonly<Record<string, number>>;
  /** By class: id of an object, and a digest of its properties and vectors. */
  readonly samples: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function takeStock(weaviate: Weaviate): Promise<Stock> {
  const counts = await weaviate.counts();
  const samples: Record<string, Record<string, string>> = {};
  for (const name of Object.keys(counts)) samples[name] = await weaviate.sample(name);
  return { counts, samples };
}

/** Objects are written while the backup is made: a count is held between two readings, a sample is what both agree on. */
function expectation(before: Stock, after: Stock): Record<string, string | number> {
  const expect: Record<string, string | number> = {};
  for (const [name, first] of Object.entries(before.counts)) {
    const second = after.counts[name];
    if (second === undefined) continue;
    expect[`least:${name}`] = Math.min(first, second);
    expect[`most:${name}`] = Math.max(first, second);
    const same = Object.entries(before.samples[name] ?? {}).filter(([id, hash]) => after.samples[name]?.[id] === hash);
    expect[`sample:${name}`] = JSON.stringify(Object.fromEntries(same));
  }
  return expect;
}

export interface RestoredVector {
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
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
  return { counts, problems: await compare(weaviate, job, counts) };
}

async function compare(
  weaviate: Weaviate,
  { expect = {} }: BackupJob,
  counts: Readonly<Record<string, number>>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [key, expected] of Object.entries(expect)) {
    const [kind, name = ""] = key.split(":");
    const found = counts[name] ?? 0;
    if (kind === "least" && found < Number(expected)) problems.push(`${name}: ${found} objects, not ${expected}`);
    if (kind === "most" && found > Number(expected)) problems.push(`${name}: ${found} objects, not ${expected}`);
    if (kind !== "sample") continue;
    for (const [id, digest] of Object.entries(JSON.parse(String(expected)) as Record<string, string>)) {
      const same = (await weaviate.digest(name, id).catch(() => undefined)) === digest;
      if (!same) problems.push(`${name}/${id}: the object is missing, or is not what was written`);
    }
  }
  return problems;
}

/**
 * Verifies in a scratch Weaviate of its own, from fetched and checked objects: the vault is only read. Where `given` is
 * set, in that one, which must hold nothing and use the same bucket and path.
 */
export function vectorRestorer(catalogue: Catalogue, given?: WeaviateSource): Restorer {
  return async (job, { folder }) => {
    const began = Date.now();
    const scratch = given === undefined ? await startScratchWeaviate(catalogue.storage, job, folder) : undefined;
    try {
      const { counts, problems } = await restoreVector(job, scratch?.source ?? given ?? { url: "" });
      const tenths = (from: number): number => Math.round((Date.now() - from) / 100) / 10;
      const rtoSeconds = tenths(began);
      return { rtoSeconds, rpoSeconds: tenths(new Date(job.start).getTime()), counts, problems };
    } finally {
      await scratch?.stop();
    }
  };
}
