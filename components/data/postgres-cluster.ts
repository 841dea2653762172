import { canonicalBytes, parseQuantity } from "../../common/quantity.js";
import type { DataConfig } from "../../config/schema/data.js";
import { seconds } from "../../config/schema/primitives.js";
import type { WorkloadIdentity } from "../clusters/cluster.js";
import { storeLabels, storeSecrets, storeServices } from "./names.js";
import { guaranteed, identityAnnotations, outsideMesh, scrapeAnnotations, spread } from "./pod.js";
import { archiverPlugin, archiveNames, sourceCluster } from "./postgres-archive.js";

type PostgresConfig = DataConfig["postgres"];
type Spec = Record<string, unknown>;

export const postgresMetricsPort = 9187;

export interface PostgresClusterArgs {
  readonly config: PostgresConfig;
  readonly storageClass: string;
  readonly identity: WorkloadIdentity;
  /** Whether the region has an archive of its own. */
  readonly archived: boolean;
  /** A replica cluster follows the source archive until it is promoted. */
  readonly replica: boolean;
}

/** CloudNativePG's Cluster: the writable one in the primary region, its follower elsewhere. */
export function postgresClusterSpec(args: PostgresClusterArgs): Spec {
  const { config } = args;
  const labels = storeLabels("postgres");
  const serviceAccount = identityAnnotations(args.identity);
  return {
    imageName: config.image,
    instances: config.instances,
    ...startingPoint(args),
    ...(args.archived ? { plugins: [archiverPlugin()] } : {}),
    postgresql: { parameters: parameters(config), ...synchronousStandby(config.instances) },
    managed: {
      // A replica cluster has its primary's roles; on promotion the operator sets the same password from the Secret.
      roles: [
        {
          name: config.database,
          ensure: "present",
          login: true,
          passwordSecret: { name: storeSecrets.postgres.name },
        },
      ],
      services: { additional: [clientService(labels)] },
    },
    storage: { size: canonicalBytes(config.storage), storageClass: args.storageClass, resizeInUseVolumes: true },
    resources: guaranteed(config),
    topologySpreadConstraints: spread(labels),
    affinity: { enablePodAntiAffinity: true, podAntiAffinityType: "preferred", topologyKey: "kubernetes.io/hostname" },
    seccompProfile: { type: "RuntimeDefault" },
    ...(serviceAccount === undefined ? {} : { serviceAccountTemplate: { metadata: { annotations: serviceAccount } } }),
    // The operator mounts these at /projected, where the plugin's environment looks for the tokens.
    ...(args.identity.federation === undefined
      ? {}
      : { projectedVolumeTemplate: { sources: [...args.identity.federation.sources] } }),
    inheritedMetadata: {
      labels: { ...labels, ...outsideMesh },
      annotations: scrapeAnnotations(postgresMetricsPort),
    },
    // Superusers have no password: whoever may exec into the pod is one, nobody over the network is.
    enableSuperuserAccess: false,
    enablePDB: true,
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
  };
}

/** A new database, or a copy that follows the source archive. `up` ignores both once the cluster exists. */
function startingPoint(args: PostgresClusterArgs): Spec {
  const owner = {
    database: args.config.database,
    owner: args.config.database,
    secret: { name: storeSecrets.postgres.name },
  };
  if (!args.replica) return { bootstrap: { initdb: { ...owner, dataChecksums: true, encoding: "UTF8" } } };
  return {
    bootstrap: { recovery: { ...owner, source: archiveNames.source } },
    replica: { enabled: true, source: archiveNames.source },
    externalClusters: [sourceCluster()],
  };
}

/**
 * One standby acknowledges every commit, so that the loss of the primary's node loses none. With three instances this is
 * required: writes stop only when both standbys are gone. With two it is preferred, or each restart of the only standby
 * would stop writes.
 */
function synchronousStandby(instances: number): Spec {
  if (instances < 2) return {};
  if (instances === 2) return { synchronous: { method: "any", number: 1, dataDurability: "preferred" } };
  return { synchronous: { method: "any", number: 1, dataDurability: "required", failoverQuorum: true } };
}

function parameters(config: PostgresConfig): Spec {
  const megabytes = Math.floor((parseQuantity(config.storage) ?? 0) / 4 / 2 ** 20);
  return {
    archive_timeout: `${seconds(config.archiveTimeout)}s`,
    // A standby that never comes back may hold back a quarter of the volume, not all of it.
    max_slot_wal_keep_size: `${megabytes}MB`,
    wal_compression: "on",
    log_checkpoints: "on",
    log_lock_waits: "on",
  };
}

/** The name under which the agent finds the writable instance (R2). */
function clientService(labels: Record<string, string>): Spec {
  return {
    selectorType: "rw",
    updateStrategy: "patch",
    serviceTemplate: { metadata: { name: storeServices.postgres.host, labels: { ...labels } } },
  };
}
