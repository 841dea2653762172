import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { readKubeconfig } from "../../../config/kubeconfig.js";
import type { ExistingRegionConfig } from "../../../config/schema/regions.js";
import type { ClusterTarget, WorkloadIdentity, WorkloadIdentityRequest } from "../cluster.js";
import { refusal } from "../identity/grants.js";
import { createKubernetesProvider } from "../provider.js";

/** Any cluster that a kubeconfig reaches; nothing in it belongs to the platform but what it deploys. */
export class ExistingCluster extends pulumi.ComponentResource implements ClusterTarget {
  readonly cloud = "existing";
  readonly key: string;
  readonly region: string;
  readonly role: "primary" | "secondary";
  readonly weight: number;
  readonly provider: k8s.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly storageClass: string;
  readonly podCidrs: readonly string[];
  readonly loadBalancer: ClusterTarget["loadBalancer"];
  readonly ready: readonly pulumi.Resource[] = [];

  readonly #backupStore: ExistingRegionConfig["backupStore"];

  /** @throws PlatformError (exit code 2) where the kubeconfig cannot be read or lacks the context. */
  constructor(region: ExistingRegionConfig, opts?: pulumi.ComponentResourceOptions) {
    const context = readKubeconfig(region);
    super("agent-platform:clusters:ExistingCluster", region.key, {}, opts);
    ({ key: this.key, region: this.region, role: this.role, weight: this.weight } = region);
    this.storageClass = region.storageClass;
    this.podCidrs = [region.podCidr];
    this.loadBalancer = { gives: region.loadBalancer ? "ip" : "nothing", annotations: {} };
    this.#backupStore = region.backupStore;
    this.kubeconfig = pulumi.secret(context.json);
    this.provider = createKubernetesProvider(
      region.key,
      { kubeconfig: this.kubeconfig, identifier: `existing/${context.server}` },
      this,
    );
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  /** Static credentials of the region's backup store: the one identity that a cluster outside a cloud can have. */
  workloadIdentity(request: WorkloadIdentityRequest): WorkloadIdentity {
    if (request.grants.length === 0) return { serviceAccountAnnotations: {} };
    const stray = request.grants.find(({ bucket }) => bucket.cloud !== "existing");
    if (stray) {
      throw refusal(this, {
        received: `bucket ${stray.bucket.key}`,
        rule: `${request.name} runs on an existing cluster, which no cloud trusts`,
        fix: "keep its backups in an S3-compatible store (backupStore), or run the region on EKS or GKE",
      });
    }
    if (!this.#backupStore) {
      throw refusal(this, {
        received: `${request.name} is granted a bucket`,
        rule: "an existing cluster reaches buckets with the credentials of its backupStore",
        fix: "set backupStore",
      });
    }
    return { serviceAccountAnnotations: {}, credentialsSecret: this.#backupStore.credentialsSecret };
  }
}
