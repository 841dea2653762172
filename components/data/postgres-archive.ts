import { withSeconds, type BackupPlan } from "../../config/backup-table.js";
import { vaultPath } from "../backups/location.js";
import type { BucketRef, WorkloadIdentity } from "../clusters/cluster.js";
import { storeWorkloads } from "./names.js";
import { guaranteed } from "./pod.js";

type Spec = Record<string, unknown>;

export const pluginName = "barman-cloud.cloudnative-pg.io";
/** ObjectStore of the region's own archive, and the one that a replica cluster follows. */
export const archiveNames = { own: "postgres-archive", source: "postgres-source-archive" } as const;
/** Name of the server inside an archive: the same everywhere, since each region has a path of its own. */
export const serverName = storeWorkloads.postgres;

export interface ArchiveArgs {
  readonly bucket: BucketRef;
  /** Key of the region whose archive it is. */
  readonly region: string;
  readonly identity: WorkloadIdentity;
  /** Recovery window that the plugin keeps, in days; left out for an archive that is only read. */
  readonly retentionDays?: number;
}

/** ObjectStore of the barman-cloud plugin for one archive, with the credentials that the bucket's URI asks for. */
export function objectStoreSpec(args: ArchiveArgs): Spec {
  const { bucket, identity } = args;
  const google = bucket.uri.apply((uri) => uri.startsWith("gs://"));
  const s3 = s3Credentials(identity);
  const federated = Object.entries(identity.federation?.env ?? {}).map(([name, value]) => ({ name, value }));
  return {
    ...(args.retentionDays === undefined ? {} : { retentionPolicy: `${args.retentionDays}d` }),
    configuration: {
      destinationPath: vaultPath(bucket, args.region),
      ...(bucket.endpoint === undefined ? {} : { endpointURL: bucket.endpoint }),
      s3Credentials: google.apply((yes) => (yes ? undefined : s3)),
      googleCredentials: google.apply((yes) => (yes ? { gkeEnvironment: true } : undefined)),
      data: { compression: "gzip", jobs: 2, immediateCheckpoint: true },
      wal: { compression: "gzip", maxParallel: 4 },
    },
    instanceSidecarConfiguration: {
      resources: guaranteed({ cpu: "500m", memory: "512Mi" }),
      env: [...checksumSettings(bucket), ...federated],
    },
  };
}

/**
 * boto3 1.36 and later sends checksums with every upload. A bucket under object lock refuses an upload without one, so on
 * AWS they go; some S3-compatible servers refuse them, so that to those none goes that is not asked for.
 */
function checksumSettings(bucket: BucketRef): { name: string; value: string }[] {
  const when = bucket.endpoint === undefined ? "when_supported" : "when_required";
  return [
    { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: when },
    { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: when },
  ];
}

function s3Credentials(identity: WorkloadIdentity): Spec {
  if (identity.credentialsSecret === undefined) return { inheritFromIAMRole: true };
  return {
    accessKeyId: { name: identity.credentialsSecret, key: "ACCESS_KEY_ID" },
    secretAccessKey: { name: identity.credentialsSecret, key: "ACCESS_SECRET_KEY" },
  };
}

/** The Cluster's reference to its own archive: the plugin takes the base backups and archives the WAL. */
export function archiverPlugin(): Spec {
  return {
    name: pluginName,
    enabled: true,
    isWALArchiver: true,
    parameters: { barmanObjectName: archiveNames.own, serverName },
  };
}

/** The archive of another region as a cluster that can be recovered from and followed. */
export function sourceCluster(): Spec {
  return {
    name: archiveNames.source,
    plugin: { name: pluginName, parameters: { barmanObjectName: archiveNames.source, serverName } },
  };
}

/** Daily base backups, taken from a standby where there is one; the first at once, so that the window opens today. */
export function scheduledBackupSpec(plan: BackupPlan): Spec {
  return {
    schedule: withSeconds(plan.schedule),
    backupOwnerReference: "self",
    immediate: true,
    cluster: { name: storeWorkloads.postgres },
    method: "plugin",
    pluginConfiguration: { name: pluginName },
    target: "prefer-standby",
  };
}
