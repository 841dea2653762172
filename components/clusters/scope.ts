import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";

/** What a cluster must know of its stack. */
export interface ClusterArgs {
  /** Name of the stack; part of names in the clouds. */
  readonly stack: string;
  /** In `production` clusters and keys are protected from deletion. */
  readonly environment: StackConfig["environment"];
  /** Tags and labels of every cloud resource. */
  readonly tags: Readonly<Record<string, string>>;
  /** Registers a GKE cluster with its project's fleet, which multi-cluster Services need; default false. */
  readonly fleet?: boolean;
  /**
   * Google Cloud project that is to trust an EKS cluster's ServiceAccounts; needed where one of them is granted a GCS
   * bucket.
   */
  readonly gcpProject?: string;
}

/** What the helpers of one cluster's component share. */
export interface Scope {
  /** Name of the component; prefix of every child's name. */
  readonly name: string;
  /** Name of the cluster in its cloud. */
  readonly cluster: string;
  /** Parent and cloud provider of every child. */
  readonly child: pulumi.CustomResourceOptions;
  /** Whether deletion of keys and cluster is refused. */
  readonly protect: boolean;
}
