import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createBackupJob } from "../backups/store-backup.js";
import type { StoreEndpoint } from "../contracts.js";
import { storeNetworkPolicy } from "./network.js";
import { storeSecrets } from "./names.js";
import { StoreContext, type StoreArgs } from "./store.js";
import { vectorPorts, vectorStatefulSetSpec } from "./vector-workload.js";

/** Weaviate with an API key and its own backup module, which writes to the region's vault. */
export class VectorStore extends pulumi.ComponentResource {
  readonly endpoint: StoreEndpoint;

  constructor(name: string, args: StoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:data:VectorStore", name, {}, opts);
    const context = new StoreContext(name, this, { store: "vector", args });
    const secret = context.secret({ [storeSecrets.vector.key]: args.credentials.vectorApiKey });
    const workload = createWorkload(context, secret);
    const ports = [
      { name: "http", port: vectorPorts.http },
      { name: "grpc", port: vectorPorts.grpc },
    ];
    context.services(ports, [...ports, ...vectorPorts.peers.map((port) => ({ name: `peer-${port}`, port }))]);
    context.disruptionBudget();
    createNetworkPolicy(context);
    createBackupJob(context, { ports: [vectorPorts.http], after: [workload] });
    this.endpoint = context.endpoint();
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

/** Weaviate writes its backups itself: the pods carry the identity, and the job only calls the API. */
function createWorkload(context: StoreContext, secret: pulumi.Resource): pulumi.Resource {
  const { vaults, config } = context.args;
  const identity = context.writer(context.workload);
  const account = context.serviceAccount(context.workload, identity);
  const backup = vaults === undefined ? undefined : { bucket: vaults.buckets.vector, path: vaults.region };
  return new k8s.apps.v1.StatefulSet(
    `${context.name}-workload`,
    {
      metadata: context.metadata(context.workload),
      spec: vectorStatefulSetSpec({
        config: config.vector,
        namespace: context.namespace,
        storageClass: context.cluster.storageClass,
        identity,
        backup,
      }),
    },
    context.options({ dependsOn: [...context.args.addonsReady, secret, account] }),
  );
}

function createNetworkPolicy(context: StoreContext): void {
  new k8s.networking.v1.NetworkPolicy(
    `${context.name}-network-policy`,
    {
      metadata: context.metadata(context.workload),
      spec: storeNetworkPolicy({
        store: "vector",
        clientPorts: [vectorPorts.http, vectorPorts.grpc],
        peerPorts: vectorPorts.peers,
        metricsPort: vectorPorts.metrics,
        metricsNamespace: context.args.metricsNamespace ?? "observability",
        bucket: context.args.vaults?.buckets.vector,
      }),
    },
    context.options(),
  );
}
