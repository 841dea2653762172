import { z } from "zod";
import { dnsLabel, email, httpUrl, path, positive } from "../../../config/schema/primitives.js";
import { channelSchema } from "../../../config/schema/recovery.js";

/** A bucket or folder, with the server where that is not the cloud's own. */
const place = z.strictObject({
  uri: z
    .string()
    .regex(/^(s3|gs):\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/.*)?$|^file:\/\/\/.+$/, "must be s3://, gs:// or file:///"),
  endpoint: httpUrl.optional(),
});

/** A program and its arguments; no shell reads them. */
const command = z.array(z.string()).min(1);

const database = z.discriminatedUnion("kind", [
  /** A Cluster of CloudNativePG in the region's Kubernetes. */
  z.strictObject({ kind: z.literal("cloudnativepg"), cluster: dnsLabel }),
  /** A PostgreSQL reached by libpq; passwords come from ~/.pgpass or the environment. */
  z.strictObject({
    kind: z.literal("postgres"),
    host: z.string().min(1),
    port: positive.max(65535).default(5432),
    user: z.string().min(1).default("postgres"),
    database: z.string().min(1).default("postgres"),
    /** Its data folder and the commands that stop and start it, where it runs on this machine. */
    local: z.strictObject({ data: z.string().min(1), stop: command, start: command }).optional(),
  }),
]);

const region = z.strictObject({
  /** Base URL at which this region alone answers. */
  url: httpUrl,
  /** Kubeconfig of the region's cluster. */
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
  /** Bucket in which the switch of any region can be thrown. */
  switch: place.optional(),
  /** Id of Route 53's health check of the region's endpoint. */
  healthCheck: z.string().min(1).optional(),
  database: database.optional(),
  /** Replicas that the region needs to carry all traffic. */
  replicas: positive.default(3),
});

/** In a site file a value that carries a token may stand itself; `env:NAME` is better. */
const channel = channelSchema(z.string().min(1));

const planSettings = z.strictObject({
  rtoMinutes: z.number().positive().optional(),
  rpoMinutes: z.number().min(0).optional(),
  contacts: z.array(email).min(1).optional(),
});

/**
 * Everything that a recovery needs to know of a stack: its output `recovery`, or a file of the same shape. No secret is
 * in it: a value `env:NAME` is read from the environment.
 */
export const siteSchema = z.strictObject({
  stack: z.string().regex(/^[\w-]+$/),
  namespace: dnsLabel.default("agent-memory"),
  service: dnsLabel.default("agent-memory-service"),
  /** Public URL of the service. */
  publicUrl: httpUrl,
  healthPath: path.default("/health/deep"),
  /** Path at which `verify-services` writes and reads back. */
  probePath: path.default("/v1/memories"),
  detection: z
    .strictObject({ intervalSeconds: z.number().positive().default(10), failures: positive.default(3) })
    .prefault({}),
  /** Name servers (address or address:port) to ask instead of the system's. */
  nameServers: z.array(z.string().min(1)).default([]),
  /** Seconds for which a client may keep an answer of DNS. */
  ttlSeconds: z.number().positive().default(60),
  /** Key of the region that is primary now. */
  primary: dnsLabel,
  /** In order of succession. */
  regions: z.record(dnsLabel, region),
  /** Bucket outside both regions: locks, approvals, records. */
  control: place,
  /** Object outside both regions that says who may write; without it promotion has to be forced. */
  lease: place.optional(),
  backups: z.strictObject({ postgres: place.optional() }).prefault({}),
  /** Zone and records, for changing records where no switch can be thrown. */
  dns: z.strictObject({ zoneId: z.string().min(1), endpoint: httpUrl.optional() }).optional(),
  plans: z.record(z.string(), planSettings).default({}),
  notifications: z.array(channel).default([]),
  /** Minutes without an answer after which the next contact is asked. */
  escalateAfterMinutes: z.number().positive().default(5),
});

export type Site = z.output<typeof siteSchema>;
export type SiteRegion = Site["regions"][string];
export type Place = z.output<typeof place>;
export type Channel = Site["notifications"][number];
export type Database = z.output<typeof database>;
