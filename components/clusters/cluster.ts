import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/**
 * What a workload may do with a bucket: restore needs `read`, a backup job `write` (which includes reading back); with
 * `object` it may read and replace one object.
 */
export type BucketAccess = "read" | "write" | "object";

/** A bucket as identities and store configurations see it, whatever cloud holds it. */
export interface BucketRef {
  /** Name of the bucket in resource names; unique in the stack, such as `us-east-1-postgres`. */
  readonly key: string;
  /** Key of the region that the bucket is in. */
  readonly region: string;
  readonly cloud: "aws" | "gcp" | "existing";
  readonly name: pulumi.Output<string>;
  /** `s3://name` or `gs://name`. */
  readonly uri: pulumi.Output<string>;
  /** ARN of an S3 bucket, resource name of a GCS bucket; what an IAM policy names. */
  readonly resourceName: pulumi.Output<string>;
  /** ARN or resource name of the key that encrypts it; absent where the cloud has none. */
  readonly encryptionKey?: pulumi.Output<string>;
  /** URL of an S3-compatible store that is not the cloud's own. */
  readonly endpoint?: string;
}

export interface BucketGrant {
  readonly bucket: BucketRef;
  readonly access: BucketAccess;
  /** Key of the one object, with access `object`. */
  readonly object?: string;
}

export interface WorkloadIdentityRequest {
  /** Name of the identity's resources; unique in the stack. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** All that the workload may do in a cloud; everything else is denied. None gives no identity. */
  readonly grants: readonly BucketGrant[];
  readonly parent: pulumi.Resource;
  /** What must exist before an object can be created in the namespace; usually the namespace. */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/**
 * What a pod must carry to reach a bucket in another cloud: a projected volume at `/projected` (where CloudNativePG
 * mounts its `projectedVolumeTemplate` too) and environment variables that point into it.
 */
export interface PodFederation {
  readonly mountPath: "/projected";
  /** Sources of the projected volume. */
  readonly sources: readonly k8s.types.input.core.v1.VolumeProjection[];
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
}

export interface AwsRoleRequest {
  /** Name of the role's resources; unique in the stack. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** JSON of the role's only policy; what it does not allow is denied. */
  readonly policy: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
}

/** How a pod proves to a cloud who it is, without a stored key. */
export interface WorkloadIdentity {
  /** Annotations that the ServiceAccount must carry. */
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secret with static credentials, where the cluster has no workload identity (`existing`). */
  readonly credentialsSecret?: string;
  /** Present where a granted bucket is in another cloud than the cluster. */
  readonly federation?: PodFederation;
  /** Cloud principal, for policies written elsewhere: a role's ARN or a service account's e-mail. */
  readonly principal?: pulumi.Output<string>;
}

/** Pods of the cluster's own that export metrics. */
export interface ClusterScrape {
  /** Value of label `job` of all its series. */
  readonly job: string;
  readonly namespace: string;
  readonly matchLabels: Readonly<Record<string, string>>;
  /** Name of the container port. */
  readonly port: string;
}

/**
 * A cluster that the platform can be deployed to. EksCluster, GkeCluster and ExistingCluster implement it; nothing
 * behind it asks which cloud it is on.
 */
export interface ClusterTarget {
  /** Key of the region in the configuration; part of every resource's name. */
  readonly key: string;
  readonly cloud: "aws" | "gcp" | "existing";
  /** The cloud's name of the region, or the label of an existing cluster. */
  readonly region: string;
  readonly role: "primary" | "secondary";
  /** Share of traffic in active-active mode, in percent. */
  readonly weight: number;
  /** Kubernetes provider of this cluster: server-side apply, and no deletion while the cluster is unreachable. */
  readonly provider: k8s.Provider;
  /** Provider of the region's cloud (`aws.Provider` or `gcp.Provider`), for vaults and DNS; absent on `existing`. */
  readonly cloudProvider?: pulumi.ProviderResource;
  /** Kubeconfig as JSON; a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Storage class for the stores' volumes: encrypted, expandable, bound to the zone of the first pod. */
  readonly storageClass: string;
  /** Address ranges of the pods, for network policies. */
  readonly podCidrs: readonly string[];
  /** URL of the cluster's OIDC issuer, which other clouds can trust; absent on existing clusters. */
  readonly oidcIssuer?: pulumi.Output<string>;
  /**
   * `projects/<project>/locations/<region>/memberships/<name>` of a cluster in a fleet, whose Services can span its
   * clusters by Google's own kinds; absent on all others.
   */
  readonly fleetMembership?: pulumi.Output<string>;
  /** What a Service of type LoadBalancer gets, and the annotations with which it becomes public over TCP. */
  readonly loadBalancer: {
    readonly gives: "hostname" | "ip" | "nothing";
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** Resources that must exist before anything is deployed to the cluster (node pools, network plugin). */
  readonly ready: readonly pulumi.Resource[];
  /** What runs in the cluster before the platform does and is to be scraped; absent where the cloud watches its own. */
  readonly scraped?: readonly ClusterScrape[];
  /** Lets a ServiceAccount of this cluster use the granted buckets, in this cloud or another. */
  workloadIdentity(request: WorkloadIdentityRequest): WorkloadIdentity;
  /**
   * ARN of an AWS role that a ServiceAccount of this cluster assumes with its own token (audience
   * `sts.amazonaws.com`), whatever cloud the cluster is in; absent where AWS cannot reach the cluster's issuer. Route 53
   * is in AWS, and certificates by DNS-01 are needed in every region.
   */
  awsRole?(request: AwsRoleRequest): pulumi.Output<string>;
}
