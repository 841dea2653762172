import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { backupMarks } from "../backups/location.js";
import { createCustomResource } from "../custom-resource.js";
import type { RegionVaults, StoreEndpoint } from "../contracts.js";
import { storeNetworkPolicy } from "./network.js";
import { archiveNames, objectStoreSpec, scheduledBackupSpec, type ArchiveArgs } from "./postgres-archive.js";
import { postgresClusterSpec, postgresMetricsPort } from "./postgres-cluster.js";
import { StoreContext, type StoreArgs } from "./store.js";

export interface PostgresStoreArgs extends StoreArgs {
  /** Buckets of the primary region, whose archive a secondary region follows. */
  readonly primaryVaults?: RegionVaults;
}

/**
 * PostgreSQL by CloudNativePG: a writable cluster in the primary region, a replica cluster that follows its archive
 * elsewhere. Base backups daily, WAL continuously, to the region's own vault.
 */
export class PostgresStore extends pulumi.ComponentResource {
  readonly endpoint: StoreEndpoint;
  readonly cluster: k8s.apiextensions.CustomResource;

  constructor(name: string, args: PostgresStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:data:PostgresStore", name, {}, opts);
    const context = new StoreContext(name, this, { store: "postgres", args });
    const source = args.cluster.role === "secondary" ? args.primaryVaults : undefined;
    const secret = createSecret(context);
    const archives = createArchives(context, source);
    this.cluster = createCluster(context, { archives, secret, replica: source !== undefined });
    if (args.vaults !== undefined) createScheduledBackup(context, args.vaults, this.cluster);
    createNetworkPolicy(context);
    this.endpoint = context.endpoint();
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

interface Archives {
  readonly identity: ReturnType<StoreContext["identity"]>;
  readonly resources: readonly pulumi.Resource[];
}

function createSecret(context: StoreContext): k8s.core.v1.Secret {
  const { config, credentials } = context.args;
  const data = { username: config.postgres.database, password: credentials.postgresPassword };
  return context.secret(data, "kubernetes.io/basic-auth");
}

/** One identity writes the region's archive and, in a secondary region, reads that of the primary. */
function createArchives(context: StoreContext, source: RegionVaults | undefined): Archives {
  const { vaults } = context.args;
  const read = source === undefined ? [] : [{ bucket: source.buckets.postgres, access: "read" as const }];
  const write = vaults === undefined ? [] : [{ bucket: vaults.buckets.postgres, access: "write" as const }];
  const identity = context.identity(context.workload, [...write, ...read]);
  const resources: pulumi.Resource[] = [];
  if (vaults !== undefined) {
    const retentionDays = context.plan.retentionDays;
    const archive = { bucket: vaults.buckets.postgres, region: vaults.region, identity, retentionDays };
    resources.push(createArchive(context, archiveNames.own, archive));
  }
  if (source !== undefined) {
    const archive = { bucket: source.buckets.postgres, region: source.region, identity };
    resources.push(createArchive(context, archiveNames.source, archive));
  }
  return { identity, resources };
}

function createArchive(context: StoreContext, name: string, args: ArchiveArgs): pulumi.Resource {
  return createCustomResource(
    `${context.name}-${name.replace("postgres-", "")}`,
    { kind: "barmancloud.cnpg.io/v1/ObjectStore", ...context.metadata(name), spec: objectStoreSpec(args) },
    context.options(),
  );
}

interface ClusterParts {
  readonly archives: Archives;
  readonly secret: pulumi.Resource;
  readonly replica: boolean;
}

function createCluster(context: StoreContext, parts: ClusterParts): k8s.apiextensions.CustomResource {
  return createCustomResource(
    `${context.name}-cluster`,
    {
      kind: "postgresql.cnpg.io/v1/Cluster",
      ...context.metadata(context.workload),
      spec: postgresClusterSpec({
        config: context.args.config.postgres,
        storageClass: context.cluster.storageClass,
        identity: parts.archives.identity,
        archived: context.args.vaults !== undefined,
        replica: parts.replica,
      }),
    },
    context.options({
      dependsOn: [...context.args.addonsReady, ...parts.archives.resources, parts.secret],
      protect: true,
      // Who is primary is decided by a failover, outside the program: `up` must not demote a promoted cluster. Where a
      // cluster came from is history once it exists. The service that clients know moves to a restored cluster.
      ignoreChanges: ["spec.replica", "spec.bootstrap", "spec.externalClusters", "spec.managed.services"],
    }),
  );
}

function createScheduledBackup(context: StoreContext, vaults: RegionVaults, cluster: pulumi.Resource): void {
  const { labels, annotations } = backupMarks(context.plan, vaults);
  createCustomResource(
    `${context.name}-backup`,
    {
      kind: "postgresql.cnpg.io/v1/ScheduledBackup",
      ...context.metadata("postgres-backup"),
      labels,
      annotations,
      spec: scheduledBackupSpec(context.plan),
    },
    context.options({ dependsOn: [...context.args.addonsReady, cluster] }),
  );
}

function createNetworkPolicy(context: StoreContext): void {
  new k8s.networking.v1.NetworkPolicy(
    `${context.name}-network-policy`,
    {
      metadata: context.metadata(context.workload),
      spec: storeNetworkPolicy({
        store: "postgres",
        clientPorts: [5432],
        peerPorts: [5432, 8000],
        metricsPort: postgresMetricsPort,
        metricsNamespace: context.args.metricsNamespace ?? "observability",
        // The operator asks each instance manager for its status on 8000.
        operator: { namespace: context.args.operatorNamespace ?? "cnpg-system", ports: [8000, 5432] },
        apiServer: true,
        bucket: context.args.vaults?.buckets.postgres ?? undefined,
      }),
    },
    context.options(),
  );
}
