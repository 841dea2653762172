import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../scope.js";
import { controlPlaneKeyPolicy, volumesKeyPolicy } from "./policies.js";

export interface KeyPlace {
  readonly account: pulumi.Output<string>;
  readonly region: string;
}

/** Name of the log group to which EKS writes its control plane's logs; EKS has no other. */
export function controlPlaneLogGroup(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

/** Name of the log group of the VPC's flow logs. */
export function flowLogGroup(cluster: string): string {
  return `/agent-platform/${cluster}/flow-logs`;
}

/** Key for Kubernetes secrets and for the cluster's log groups. */
export function createControlPlaneKey(scope: Scope, { account, region }: KeyPlace): aws.kms.Key {
  const groups = [controlPlaneLogGroup(scope.cluster), flowLogGroup(scope.cluster)];
  return createKey(scope, "control-plane", {
    description: `Kubernetes secrets and control-plane logs of ${scope.cluster}`,
    policy: account.apply((id) => controlPlaneKeyPolicy({ account: id, region }, groups)),
  });
}

/** Key for node disks and persistent volumes. */
export function createVolumesKey(scope: Scope, { account, region }: KeyPlace): aws.kms.Key {
  return createKey(scope, "volumes", {
    description: `Node disks and persistent volumes of ${scope.cluster}`,
    policy: account.apply((id) => volumesKeyPolicy({ account: id, region })),
  });
}

function createKey(scope: Scope, role: string, args: Pick<aws.kms.KeyArgs, "description" | "policy">): aws.kms.Key {
  const key = new aws.kms.Key(
    `${scope.name}-${role}-key`,
    { ...args, enableKeyRotation: true, deletionWindowInDays: 30 },
    // What the key encrypts can outlive the stack (logs, snapshots): without the key it would be lost with it.
    { ...scope.child, protect: scope.protect, retainOnDelete: scope.protect },
  );
  new aws.kms.Alias(
    `${scope.name}-${role}-key-alias`,
    { name: `alias/${scope.cluster}-${role}`, targetKeyId: key.keyId },
    scope.child,
  );
  return key;
}
