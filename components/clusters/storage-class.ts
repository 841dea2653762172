import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { encryptedStorageClass } from "./names.js";
import type { Scope } from "./scope.js";

export interface StorageClassPlan {
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, pulumi.Input<string>>>;
  readonly provider: k8s.Provider;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Storage class of the stores: encrypted, expandable, and bound in the zone where the first pod lands. */
export function createStorageClass(scope: Scope, plan: StorageClassPlan): k8s.storage.v1.StorageClass {
  return new k8s.storage.v1.StorageClass(
    `${scope.name}-storage-class`,
    {
      metadata: { name: encryptedStorageClass },
      provisioner: plan.provisioner,
      parameters: plan.parameters,
      reclaimPolicy: "Delete",
      allowVolumeExpansion: true,
      volumeBindingMode: "WaitForFirstConsumer",
    },
    { parent: scope.child.parent, provider: plan.provider, dependsOn: [...plan.dependsOn] },
  );
}
