import type * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { canonicalBytes, parseQuantity } from "../../common/quantity.js";
import type { DataConfig } from "../../config/schema/data.js";
import type { BucketRef, WorkloadIdentity } from "../clusters/cluster.js";
import { storeLabels, storeSecrets, storeWorkloads } from "./names.js";
import {
  containerSecurity,
  fieldEnv,
  guaranteed,
  identityEnv,
  identityVolumes,
  outsideMesh,
  podSecurity,
  scrapeAnnotations,
  secretEnv,
  spread,
} from "./pod.js";

type VectorConfig = DataConfig["vector"];
type EnvVar = types.input.core.v1.EnvVar;

export const vectorPorts = {
  http: 8080,
  grpc: 50051,
  metrics: 2112,
  /** Gossip, data, Raft and Raft's own calls, between the instances. */
  peers: [7102, 7103, 8300, 8301],
} as const;

const headless = "vector-headless";

export interface VectorWorkloadArgs {
  readonly config: VectorConfig;
  readonly namespace: string;
  readonly storageClass: string;
  readonly identity: WorkloadIdentity;
  /** Where backups go: bucket, and the path within it. */
  readonly backup?: { readonly bucket: BucketRef; readonly path: string };
}

function settings(args: VectorWorkloadArgs): EnvVar[] {
  const members = Array.from({ length: args.config.replicas }, (_, index) => `${storeWorkloads.vector}-${index}`);
  const memoryMiB = Math.floor(((parseQuantity(args.config.memory) ?? 0) * 0.8) / 2 ** 20);
  const plain: Record<string, string> = {
    PERSISTENCE_DATA_PATH: "/var/lib/weaviate",
    DEFAULT_VECTORIZER_MODULE: "none",
    QUERY_DEFAULTS_LIMIT: "25",
    GOMEMLIMIT: `${memoryMiB}MiB`,
    AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "false",
    AUTHENTICATION_APIKEY_ENABLED: "true",
    AUTHENTICATION_APIKEY_USERS: "agent",
    AUTHORIZATION_ADMINLIST_ENABLED: "true",
    AUTHORIZATION_ADMINLIST_USERS: "agent",
    PROMETHEUS_MONITORING_ENABLED: "true",
    PROMETHEUS_MONITORING_PORT: String(vectorPorts.metrics),
    DISABLE_TELEMETRY: "true",
    CLUSTER_JOIN: `${headless}.${args.namespace}.svc.cluster.local`,
    CLUSTER_GOSSIP_BIND_PORT: "7102",
    CLUSTER_DATA_BIND_PORT: "7103",
    RAFT_PORT: "8300",
    RAFT_INTERNAL_RPC_PORT: "8301",
    RAFT_JOIN: members.join(","),
    RAFT_BOOTSTRAP_EXPECT: String(args.config.replicas),
  };
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value })),
    fieldEnv("CLUSTER_HOSTNAME", "metadata.name"),
    secretEnv("AUTHENTICATION_APIKEY_ALLOWED_KEYS", storeSecrets.vector.name, storeSecrets.vector.key),
  ];
}

/**
 * Settings of the backup module. Both modules' variables are always there and only ENABLE_MODULES depends on the
 * bucket's URI: which variables exist is known in a preview, before the bucket has a name.
 */
function backupSettings(args: VectorWorkloadArgs): EnvVar[] {
  if (args.backup === undefined) return [];
  const { bucket, path } = args.backup;
  const endpoint = bucket.endpoint === undefined ? undefined : new URL(bucket.endpoint);
  const env = (name: string, value: pulumi.Input<string>): EnvVar => ({ name, value });
  return [
    env(
      "ENABLE_MODULES",
      bucket.uri.apply((uri) => (uri.startsWith("gs://") ? "backup-gcs" : "backup-s3")),
    ),
    env("BACKUP_S3_BUCKET", bucket.name),
    env("BACKUP_S3_PATH", path),
    ...(endpoint === undefined
      ? []
      : [
          env("BACKUP_S3_ENDPOINT", endpoint.host),
          env("BACKUP_S3_USE_SSL", endpoint.protocol === "https:" ? "true" : "false"),
        ]),
    env("BACKUP_GCS_BUCKET", bucket.name),
    env("BACKUP_GCS_PATH", path),
    env("BACKUP_GCS_USE_AUTH", "true"),
    ...identityEnv(args.identity),
  ];
}

function container(args: VectorWorkloadArgs): types.input.core.v1.Container {
  const ready = { httpGet: { path: "/v1/.well-known/ready", port: "http" } };
  const live = { httpGet: { path: "/v1/.well-known/live", port: "http" } };
  return {
    name: "weaviate",
    image: args.config.image,
    args: ["--host", "0.0.0.0", "--port", String(vectorPorts.http), "--scheme", "http"],
    ports: [
      { name: "http", containerPort: vectorPorts.http, protocol: "TCP" },
      { name: "grpc", containerPort: vectorPorts.grpc, protocol: "TCP" },
      { name: "metrics", containerPort: vectorPorts.metrics, protocol: "TCP" },
    ],
    env: [...settings(args), ...backupSettings(args)],
    resources: guaranteed(args.config),
    securityContext: containerSecurity,
    // Loading the vector index takes its time: ten minutes before the liveness probe may judge.
    startupProbe: { ...live, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 120 },
    readinessProbe: { ...ready, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...live, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    volumeMounts: [
      { name: "data", mountPath: "/var/lib/weaviate" },
      { name: "tmp", mountPath: "/tmp" },
      ...identityVolumes(args.identity).volumeMounts,
    ],
  };
}

/** Weaviate as a cluster of pods with stable names, which its Raft group is made of. */
export function vectorStatefulSetSpec(args: VectorWorkloadArgs): types.input.apps.v1.StatefulSetSpec {
  const labels = storeLabels("vector");
  return {
    serviceName: headless,
    replicas: args.config.replicas,
    // The Raft group forms only when its members find each other, so they start together.
    podManagementPolicy: "Parallel",
    selector: { matchLabels: labels },
    template: {
      metadata: { labels: { ...labels, ...outsideMesh }, annotations: scrapeAnnotations(vectorPorts.metrics) },
      spec: {
        serviceAccountName: storeWorkloads.vector,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurity(1000),
        terminationGracePeriodSeconds: 600,
        topologySpreadConstraints: spread(labels),
        containers: [container(args)],
        volumes: [{ name: "tmp", emptyDir: {} }, ...identityVolumes(args.identity).volumes],
      },
    },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    volumeClaimTemplates: [
      {
        metadata: { name: "data", labels },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: args.storageClass,
          resources: { requests: { storage: canonicalBytes(args.config.storage) } },
        },
      },
    ],
  };
}
