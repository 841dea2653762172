import { ExitCode, PlatformError } from "../../common/errors.js";
import type { BackupKind } from "../../config/backup-table.js";
import type { Store } from "../../config/schema/data.js";
import { Catalogue } from "../../operations/backup/catalogue.js";
import type { BackupJob } from "../../operations/backup/job.js";
import { postgresRestorer } from "../../operations/backup/postgres/check.js";
import { createFull, createIncremental } from "../../operations/backup/postgres/create.js";
import { createRedis, redisRestorer, type RedisSource } from "../../operations/backup/redis/redis.js";
import { ObjectStorage, parseRepository } from "../../operations/backup/storage.js";
import { createVector, vectorRestorer } from "../../operations/backup/vector/vector.js";
import type { WeaviateSource } from "../../operations/backup/vector/weaviate.js";
import type { Restorer } from "../../operations/backup/verify.js";

export interface Place {
  readonly repository?: string;
  readonly endpointUrl?: string;
}

/** Setting of a store from the environment, as the CronJobs hand it over: `REDIS_HOST`, `BACKUP_REPOSITORY_REDIS`. */
function setting(name: string, store: Store): string | undefined {
  return process.env[`${name}${store.toUpperCase()}`];
}

/** The catalogue of a store in the repository that the options or the environment name. */
export function openCatalogue(store: Store, options: Place): Catalogue {
  const uri = options.repository ?? setting("BACKUP_REPOSITORY_", store);
  if (uri === undefined) {
    throw new PlatformError("no repository was named", ExitCode.configuration, [
      {
        path: "--repository",
        rule: "is where the backups are",
        fix: `--repository s3://bucket/path, or BACKUP_REPOSITORY_${store.toUpperCase()}`,
      },
    ]);
  }
  const endpoint = options.endpointUrl ?? (uri.startsWith("s3:") ? process.env.AWS_ENDPOINT_URL_S3 : undefined);
  return new Catalogue(new ObjectStorage(parseRepository(uri, endpoint)), store);
}

function redisSource(): RedisSource {
  const { REDIS_HOST: host = "127.0.0.1", REDIS_PORT: port = "6379", REDIS_PASSWORD: password } = process.env;
  return { host, port: Number(port), ...(password === undefined ? {} : { password }) };
}

/** The Weaviate at a URL, else the one that the environment names; it uses the backup module of the repository's cloud. */
export function vectorSource(catalogue: Catalogue, url?: string): WeaviateSource {
  const { VECTOR_HOST: host = "127.0.0.1", VECTOR_PORT: port = "8080", VECTOR_PASSWORD: apiKey } = process.env;
  return {
    url: url ?? `http://${host}:${port}`,
    backend: catalogue.storage.address.scheme === "gs" ? "gcs" : "s3",
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** What a store cannot do, as an error of the user's. */
export function unsupported(store: Store, what: string): PlatformError {
  return new PlatformError(`${what} of ${store} is not possible`, ExitCode.configuration, [
    { path: "store", received: store, rule: `${what} needs another store`, fix: "choose another store" },
  ]);
}

/** Makes a backup with the store's own tool; `onStep` is told of each step as it begins. */
export async function makeBackup(
  catalogue: Catalogue,
  kind: BackupKind,
  onStep: (what: string) => void,
): Promise<BackupJob> {
  if (kind === "incremental") {
    if (catalogue.store !== "postgres") throw unsupported(catalogue.store, "an incremental backup");
    return await createIncremental(catalogue, { source: {}, onStep });
  }
  switch (catalogue.store) {
    case "postgres":
      return await createFull(catalogue, { source: {}, onStep });
    case "redis":
      return await createRedis(catalogue, redisSource(), onStep);
    case "vector":
      return await createVector(catalogue, vectorSource(catalogue), onStep);
  }
}

/** How a store's backup is restored into scratch space and checked. */
export function restorerOf(catalogue: Catalogue): Restorer {
  const scratch = process.env.VECTOR_SCRATCH_URL;
  switch (catalogue.store) {
    case "postgres":
      return postgresRestorer(catalogue);
    case "redis":
      return redisRestorer(catalogue);
    case "vector":
      return vectorRestorer(catalogue, scratch === undefined ? undefined : vectorSource(catalogue, scratch));
  }
}
