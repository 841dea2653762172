import * as aws from "@pulumi/aws";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import type {
  AwsRoleRequest,
  ClusterScrape,
  ClusterTarget,
  WorkloadIdentity,
  WorkloadIdentityRequest,
} from "../cluster.js";
import { createAwsRole, type TrustedIssuer } from "../identity/aws-role.js";
import { createBucketMembers, gcsFederation, poolMember, type TrustingPool } from "../identity/gcs.js";
import { refusal, sortGrants } from "../identity/grants.js";
import { createBucketRole } from "../identity/s3.js";
import { eksKubeconfig } from "../kubeconfig.js";
import { clusterName, encryptedStorageClass } from "../names.js";
import { createKubernetesProvider } from "../provider.js";
import { tagsOf, type ClusterArgs, type Scope } from "../scope.js";
import { createStorageClass } from "../storage-class.js";
import { assembleEks, type EksParts } from "./assemble.js";
import { autoscalerScrape } from "./autoscaler-objects.js";
import { createAutoscaler } from "./autoscaler.js";
import type { EksControlPlane } from "./control-plane.js";
import { createTrustingPool } from "./identity.js";
import { eksLoadBalancer } from "./load-balancer.js";

/** An EKS cluster with its network, keys, nodes and add-ons, or an adopted one. */
export class EksCluster extends pulumi.ComponentResource implements ClusterTarget {
  readonly cloud = "aws";
  readonly key: string;
  readonly region: string;
  readonly role: "primary" | "secondary";
  readonly weight: number;
  readonly provider: k8s.Provider;
  readonly cloudProvider: aws.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly storageClass = encryptedStorageClass;
  readonly podCidrs: readonly string[];
  readonly oidcIssuer: pulumi.Output<string>;
  readonly loadBalancer: ClusterTarget["loadBalancer"];
  readonly ready: readonly pulumi.Resource[];
  readonly scraped: readonly ClusterScrape[];

  readonly #scope: Scope;
  readonly #controlPlane: EksControlPlane;
  readonly #gcpProject: string | undefined;
  #trustingPool: TrustingPool | undefined;

  constructor(region: AwsRegionConfig, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:clusters:EksCluster", region.key, {}, opts);
    ({ key: this.key, region: this.region, role: this.role, weight: this.weight } = region);
    this.#gcpProject = args.gcpProject;
    // The network plugin gives pods addresses of the VPC itself.
    this.podCidrs = [region.network.cidr];
    this.loadBalancer = eksLoadBalancer(region);
    const tags = tagsOf(args);
    this.cloudProvider = createAwsProvider(region, tags, this);
    this.#scope = {
      name: region.key,
      cluster: region.cluster.existing?.name ?? clusterName(args.stack, region.key),
      child: { parent: this, provider: this.cloudProvider },
      tags,
      protect: args.environment === "production",
    };
    const parts = assembleEks(this.#scope, region);
    this.#controlPlane = parts.controlPlane;
    this.oidcIssuer = parts.controlPlane.issuer;
    this.kubeconfig = kubeconfigOf(parts.controlPlane, region.region);
    const identifier = `eks/${region.region}/${this.#scope.cluster}`;
    this.provider = createKubernetesProvider(region.key, { kubeconfig: this.kubeconfig, identifier }, this);
    // The class waits for all of them.
    this.ready = [createVolumeClass(this.#scope, this.provider, parts)];
    const autoscaled = !region.cluster.existing && region.cluster.autoscaler.enabled;
    this.scraped = autoscaled ? [autoscalerScrape] : [];
    if (autoscaled) {
      createAutoscaler(this.#scope, region, { ...parts, provider: this.provider, dependsOn: parts.ready });
    }
    this.registerOutputs({ kubeconfig: this.kubeconfig, oidcIssuer: this.oidcIssuer });
  }

  workloadIdentity(request: WorkloadIdentityRequest): WorkloadIdentity {
    const grants = sortGrants(this, request);
    const role = grants.aws.length > 0 ? createBucketRole(request, grants.aws, this.#trustedByAws()) : undefined;
    const pool = grants.gcp.length > 0 ? this.#trustedByGoogle(request) : undefined;
    if (pool) {
      createBucketMembers(request, grants.gcp, { member: poolMember(pool, request), provider: pool.provider });
    }
    return {
      serviceAccountAnnotations: role ? { "eks.amazonaws.com/role-arn": role.arn } : {},
      principal: role?.arn ?? (pool && poolMember(pool, request)),
      federation: pool && gcsFederation(request, pool, this.provider),
    };
  }

  awsRole(request: AwsRoleRequest): pulumi.Output<string> {
    return createAwsRole(request, this.#trustedByAws());
  }

  #trustedByAws(): TrustedIssuer {
    const { issuer, oidcProviderArn: providerArn } = this.#controlPlane;
    return { issuer, providerArn, cluster: this.#scope.cluster, provider: this.cloudProvider };
  }

  // One pool serves every ServiceAccount of the cluster; it is made when the first of them needs it.
  #trustedByGoogle(request: WorkloadIdentityRequest): TrustingPool {
    if (this.#gcpProject === undefined) {
      throw refusal(this, {
        received: `${request.name} is granted a GCS bucket`,
        rule: "an EKS cluster's ServiceAccount reaches GCS through a Google Cloud project that trusts the cluster",
        fix: "have a region on Google Cloud in the stack: its project is the one",
      });
    }
    this.#trustingPool ??= createTrustingPool(this.#scope, this.#controlPlane.issuer, this.#gcpProject);
    return this.#trustingPool;
  }
}

function createAwsProvider(region: AwsRegionConfig, tags: Scope["tags"], parent: pulumi.Resource): aws.Provider {
  return new aws.Provider(`${region.key}-aws`, { region: region.region, defaultTags: { tags } }, { parent });
}

function kubeconfigOf(controlPlane: EksControlPlane, region: string): pulumi.Output<string> {
  const { name, endpoint: server, certificateAuthority } = controlPlane;
  return pulumi.secret(
    pulumi.output({ name, server, certificateAuthority }).apply((cluster) => eksKubeconfig(cluster, region)),
  );
}

function createVolumeClass(scope: Scope, provider: k8s.Provider, parts: EksParts): k8s.storage.v1.StorageClass {
  return createStorageClass(scope, {
    provisioner: "ebs.csi.aws.com",
    parameters: {
      type: "gp3",
      encrypted: "true",
      kmsKeyId: parts.volumesKey.arn,
      "csi.storage.k8s.io/fstype": "ext4",
    },
    provider,
    dependsOn: parts.ready,
  });
}
