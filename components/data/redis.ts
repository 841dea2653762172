import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createBackupJob } from "../backups/store-backup.js";
import type { StoreEndpoint } from "../contracts.js";
import { storeNetworkPolicy } from "./network.js";
import { redisConf, redisConfigName, redisMetricsPort, redisStatefulSetSpec } from "./redis-workload.js";
import { StoreContext, type StoreArgs } from "./store.js";

/** Redis 7 with an append-only file and a password, backed up by a job that dumps, checks and uploads. */
export class RedisStore extends pulumi.ComponentResource {
  readonly endpoint: StoreEndpoint;

  constructor(name: string, args: StoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:data:RedisStore", name, {}, opts);
    const context = new StoreContext(name, this, { store: "redis", args });
    const secret = createSecret(context);
    const config = createConfig(context);
    // The server itself needs no cloud: only its backup job does.
    const account = context.serviceAccount(context.workload, { serviceAccountAnnotations: {} });
    const workload = createWorkload(context, [secret, config, account]);
    context.services([{ name: "redis", port: 6379 }], [{ name: "redis", port: 6379 }]);
    context.disruptionBudget();
    createNetworkPolicy(context);
    createBackupJob(context, { ports: [6379], after: [workload] });
    this.endpoint = context.endpoint();
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

function createSecret(context: StoreContext): pulumi.Resource {
  const password = context.args.credentials.redisPassword;
  return context.secret({ password, "auth.conf": pulumi.interpolate`requirepass ${password}\n` });
}

function createConfig(context: StoreContext): pulumi.Resource {
  return new k8s.core.v1.ConfigMap(
    `${context.name}-config`,
    {
      metadata: context.metadata(redisConfigName),
      data: { "redis.conf": redisConf(context.args.config.redis) },
    },
    context.options(),
  );
}

function createWorkload(context: StoreContext, after: readonly pulumi.Resource[]): pulumi.Resource {
  return new k8s.apps.v1.StatefulSet(
    `${context.name}-workload`,
    {
      metadata: context.metadata(context.workload),
      spec: redisStatefulSetSpec(context.args.config.redis, context.cluster.storageClass),
    },
    context.options({ dependsOn: [...context.args.addonsReady, ...after] }),
  );
}

function createNetworkPolicy(context: StoreContext): void {
  const metricsNamespace = context.args.metricsNamespace ?? "observability";
  new k8s.networking.v1.NetworkPolicy(
    `${context.name}-network-policy`,
    {
      metadata: context.metadata(context.workload),
      spec: storeNetworkPolicy({
        store: "redis",
        clientPorts: [6379],
        peerPorts: [],
        metricsPort: redisMetricsPort,
        metricsNamespace,
      }),
    },
    context.options(),
  );
}
