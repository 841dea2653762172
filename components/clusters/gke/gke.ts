import type * as gcp from "@pulumi/gcp";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { GcpRegionConfig } from "../../../config/schema/regions.js";
import type { AwsRoleRequest, ClusterTarget, WorkloadIdentity, WorkloadIdentityRequest } from "../cluster.js";
import { createAwsRole, type TrustedIssuer } from "../identity/aws-role.js";
import { createBucketMembers } from "../identity/gcs.js";
import { sortGrants } from "../identity/grants.js";
import { createBucketRole, s3Federation } from "../identity/s3.js";
import { gkeKubeconfig } from "../kubeconfig.js";
import { clusterName, encryptedStorageClass } from "../names.js";
import { createKubernetesProvider } from "../provider.js";
import { tagsOf, type ClusterArgs, type Scope } from "../scope.js";
import { createStorageClass } from "../storage-class.js";
import { assembleGke, type GkeParts } from "./assemble.js";
import type { GkeControlPlane } from "./control-plane.js";
import { createServiceAccount, createTrustedIssuer } from "./identity.js";
import { createGcpProvider } from "./provider.js";

/** A GKE Standard cluster with its network, keys and node pools, or an adopted one. */
export class GkeCluster extends pulumi.ComponentResource implements ClusterTarget {
  readonly cloud = "gcp";
  readonly key: string;
  readonly region: string;
  readonly role: "primary" | "secondary";
  readonly weight: number;
  readonly provider: k8s.Provider;
  readonly cloudProvider: gcp.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly storageClass = encryptedStorageClass;
  readonly podCidrs: readonly string[];
  readonly oidcIssuer: pulumi.Output<string>;
  readonly loadBalancer: ClusterTarget["loadBalancer"] = { gives: "ip", annotations: {} };
  readonly fleetMembership?: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];

  readonly #scope: Scope;
  readonly #project: string;
  #trustedIssuer: TrustedIssuer | undefined;

  constructor(region: GcpRegionConfig, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:clusters:GkeCluster", region.key, {}, opts);
    ({ key: this.key, region: this.region, role: this.role, weight: this.weight } = region);
    this.#project = region.project;
    this.podCidrs = [region.network.podCidr];
    const tags = tagsOf(args);
    this.cloudProvider = createGcpProvider(region.key, { project: region.project, region: region.region, tags }, this);
    this.#scope = {
      name: region.key,
      cluster: region.cluster.existing?.name ?? clusterName(args.stack, region.key),
      child: { parent: this, provider: this.cloudProvider },
      tags,
      protect: args.environment === "production",
    };
    const parts = assembleGke(this.#scope, region, args.fleet);
    this.oidcIssuer = issuerOf(region, parts.controlPlane);
    if (args.fleet) this.fleetMembership = membershipOf(region, parts.controlPlane);
    this.kubeconfig = kubeconfigOf(parts.controlPlane);
    const identifier = `gke/${region.project}/${region.region}/${this.#scope.cluster}`;
    this.provider = createKubernetesProvider(region.key, { kubeconfig: this.kubeconfig, identifier }, this);
    // The class waits for all of them.
    this.ready = [createDiskClass(this.#scope, this.provider, parts)];
    this.registerOutputs({ kubeconfig: this.kubeconfig, oidcIssuer: this.oidcIssuer });
  }

  workloadIdentity(request: WorkloadIdentityRequest): WorkloadIdentity {
    const grants = sortGrants(this, request);
    const account = grants.gcp.length > 0 ? createServiceAccount(this.#scope, request, this.#project) : undefined;
    if (account) {
      const member = pulumi.interpolate`serviceAccount:${account.email}`;
      createBucketMembers(request, grants.gcp, { member, provider: this.cloudProvider });
    }
    const role = grants.aws.length > 0 ? createBucketRole(request, grants.aws, this.#trustedByAws()) : undefined;
    return {
      serviceAccountAnnotations: account ? { "iam.gke.io/gcp-service-account": account.email } : {},
      principal: account?.email ?? role?.arn,
      federation: role && s3Federation(role),
    };
  }

  awsRole(request: AwsRoleRequest): pulumi.Output<string> {
    return createAwsRole(request, this.#trustedByAws());
  }

  // One OIDC provider serves every ServiceAccount of the cluster; it is made when the first of them needs it.
  #trustedByAws(): TrustedIssuer {
    this.#trustedIssuer ??= createTrustedIssuer(this.#scope, this.oidcIssuer);
    return this.#trustedIssuer;
  }
}

function issuerOf(region: GcpRegionConfig, { name }: GkeControlPlane): pulumi.Output<string> {
  const place = `projects/${region.project}/locations/${region.region}`;
  return pulumi.interpolate`https://container.googleapis.com/v1/${place}/clusters/${name}`;
}

/** GKE names the membership after the cluster, and places it beside. */
function membershipOf({ project, region }: GcpRegionConfig, { name }: GkeControlPlane): pulumi.Output<string> {
  return pulumi.interpolate`projects/${project}/locations/${region}/memberships/${name}`;
}

function kubeconfigOf({ name, endpoint, certificateAuthority }: GkeControlPlane): pulumi.Output<string> {
  const server = pulumi.interpolate`https://${endpoint}`;
  return pulumi.secret(pulumi.output({ name, server, certificateAuthority }).apply(gkeKubeconfig));
}

function createDiskClass(scope: Scope, provider: k8s.Provider, parts: GkeParts): k8s.storage.v1.StorageClass {
  return createStorageClass(scope, {
    provisioner: "pd.csi.storage.gke.io",
    parameters: {
      type: "pd-ssd",
      "disk-encryption-kms-key": parts.volumesKey.id,
      "csi.storage.k8s.io/fstype": "ext4",
    },
    provider,
    dependsOn: parts.ready,
  });
}
