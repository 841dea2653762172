import { z } from "zod";
import {
  byteQuantity,
  cpuQuantity,
  cronLine,
  doc,
  duration,
  hostName,
  image,
  positive,
  section,
} from "./primitives.js";

/** The data stores of the service, in the order in which they are listed everywhere. */
export const stores = ["postgres", "redis", "vector"] as const;
export type Store = (typeof stores)[number];

const external = (example: string) =>
  doc(
    z
      .strictObject({
        host: doc(hostName, `Host name, such as ${example}.`),
        port: doc(positive.max(65535).optional(), "Port; the store's usual one where left out."),
      })
      .optional(),
    "A store that somebody else runs; where set, none is deployed here.",
  );

const common = (defaults: { storage: string; cpu: string; memory: string }) => ({
  storage: doc(byteQuantity.default(defaults.storage), "Volume of each instance. Can grow, never shrink."),
  cpu: doc(cpuQuantity.default(defaults.cpu), "CPU request and limit of each instance."),
  memory: doc(byteQuantity.default(defaults.memory), "Memory request and limit of each instance."),
  writableEverywhere: doc(
    z.boolean().default(false),
    "Whether every region can write to this store; active-active needs it of all.",
  ),
});

/** Data stores, each managed here or external. */
export const dataSchema = section({
  postgres: section({
    ...common({ storage: "100Gi", cpu: "2", memory: "8Gi" }),
    external: external("db.example.com"),
    image: doc(image.default("ghcr.io/cloudnative-pg/postgresql:17.6"), "PostgreSQL image, version 15 or later."),
    instances: doc(positive.default(3), "Instances in the primary region, of which one is a synchronous standby."),
    database: doc(
      z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/)
        .default("agent_memory"),
      "Database and owner.",
    ),
    archiveTimeout: doc(duration.default("60s"), "Longest time before a WAL segment is archived; bounds the RPO."),
  }),
  redis: section({
    ...common({ storage: "20Gi", cpu: "500m", memory: "2Gi" }),
    external: external("cache.example.com"),
    image: doc(image.default("redis:7.4.5"), "Redis 7 image."),
    exporterImage: doc(image.default("oliver006/redis_exporter:v1.74.0"), "Prometheus exporter beside Redis."),
    replicas: doc(z.literal(1).default(1), "One writer with an append-only file; Redis can be rebuilt (R10)."),
  }),
  vector: section({
    ...common({ storage: "100Gi", cpu: "2", memory: "8Gi" }),
    external: external("vectors.example.com"),
    image: doc(image.default("cr.weaviate.io/semitechnologies/weaviate:1.35.2"), "Weaviate image."),
    replicas: doc(positive.default(3), "Instances of the Weaviate cluster."),
  }),
});

export type DataConfig = z.output<typeof dataSchema>;

/** The stores that the platform runs itself, and so backs up, verifies and watches. */
export function managedStores(data: DataConfig): readonly Store[] {
  return stores.filter((store) => data[store].external === undefined);
}

const backup = (schedule: string, retentionDays: number) =>
  section({
    schedule: doc(cronLine.default(schedule), "When a full backup starts: five cron fields, UTC."),
    retentionDays: doc(positive.default(retentionDays), "How long a backup is kept, in days."),
  });

/** Stands for the image that whoever runs the platform builds and pushes: nobody can pull this one. */
export const exampleBackupImage = "ghcr.io/example/agent-platform-backup:1.0.0";

/** Backups (R8). */
export const backupsSchema = section({
  postgres: backup("0 2 * * *", 30),
  redis: backup("0 */6 * * *", 7),
  vector: backup("0 3 * * *", 14),
  storageClass: doc(z.enum(["STANDARD", "STANDARD_IA"]).default("STANDARD"), "Storage class of the backups."),
  image: doc(
    image.default(exampleBackupImage),
    "The platform's backup image, which you build from images/backup; in production by digest.",
  ),
  lockDays: doc(
    z.int().min(0).default(7),
    "Days for which no backup can be deleted (object lock, governance mode); at most the shortest retention.",
  ),
  copy: doc(z.boolean().default(true), "Keep a copy of every backup in another region or cloud."),
  copySchedule: doc(
    cronLine.default("*/15 * * * *"),
    "When the copy job runs, where the clouds have no replication of their own; within AWS, S3 replicates at once.",
  ),
  verification: section({
    schedule: doc(cronLine.default("0 5 * * 0"), "When the restore verification runs."),
    maxAgeDays: doc(positive.default(8), "A verified restore older than this is a finding."),
  }),
  bucketPrefix: doc(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{2,29}$/)
      .default("agent-memory-backups"),
    "Prefix of the buckets' names, which are <prefix>-<stack>-<region>-<store>-<suffix>.",
  ),
});

export type BackupsConfig = z.output<typeof backupsSchema>;
