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
  /** Fleet that a GKE cluster joins, which multi-cluster Services need; absent where the stack forms none. */
  readonly fleet?: Fleet;
  /**
   * Google Cloud project that is to trust an EKS cluster's ServiceAccounts; needed where one of them is granted a GCS
   * bucket.
   */
  readonly gcpProject?: string;
}

/** What a cluster must know of the fleet that it joins. */
export interface Fleet {
  readonly project: string;
  /** Network of all its clusters; absent where they adopt one. */
  readonly network?: pulumi.Output<string>;
  /** What must exist before a cluster joins. */
  readonly ready: readonly pulumi.Resource[];
}

/** Tags of everything in the cloud: the configuration's, and where the resource belongs. */
export function tagsOf(args: ClusterArgs): Readonly<Record<string, string>> {
  return { ...args.tags, stack: args.stack, environment: args.environment };
}

/** The same as labels of Google Cloud, which takes lower-case letters, digits, `_` and `-` only. */
export function labelsOf(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [key, value.toLowerCase().replace(/[^a-z0-9_-]/g, "_")]),
  );
}

/** What the helpers of one cluster's component share. */
export interface Scope {
  /** Name of the component; prefix of every child's name. */
  readonly name: string;
  /** Name of the cluster in its cloud. */
  readonly cluster: string;
  /** Parent and cloud provider of every child. */
  readonly child: pulumi.CustomResourceOptions;
  /** Tags of everything in the cloud. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether deletion of keys and cluster is refused. */
  readonly protect: boolean;
}
