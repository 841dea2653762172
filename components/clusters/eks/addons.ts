import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsRegionConfig, EksAddonName } from "../../../config/schema/regions.js";
import type { Scope } from "../scope.js";
import type { EksControlPlane } from "./control-plane.js";
import { createServiceRole } from "./service-role.js";

/** Settings of the managed add-ons, as their configuration schemas take them. */
export const addonSettings: Partial<Record<EksAddonName, object>> = {
  // Without it EKS accepts NetworkPolicies and enforces none.
  "vpc-cni": { enableNetworkPolicy: "true" },
  coredns: { autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 10 } },
  "aws-ebs-csi-driver": { defaultStorageClass: { enabled: false } },
};

interface AddonPlan {
  readonly addon: EksAddonName;
  readonly roleArn?: pulumi.Input<string>;
  readonly dependsOn?: readonly pulumi.Resource[];
}

/** Network plugin and proxy, which nodes need to become ready. */
export function createNetworkAddons(
  scope: Scope,
  region: AwsRegionConfig,
  controlPlane: EksControlPlane,
): readonly aws.eks.Addon[] {
  const role = createServiceRole(scope, controlPlane, {
    key: "vpc-cni",
    namespace: "kube-system",
    serviceAccount: "aws-node",
    managedPolicy: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
  });
  return [
    createAddon(scope, region, { controlPlane, addon: "vpc-cni", roleArn: role.arn, dependsOn: role.grants }),
    createAddon(scope, region, { controlPlane, addon: "kube-proxy" }),
  ];
}

/** DNS, volumes and the metrics that autoscalers read: pods, which need nodes to run on. */
export function createClusterAddons(
  scope: Scope,
  region: AwsRegionConfig,
  parts: { readonly controlPlane: EksControlPlane; readonly nodes: readonly aws.eks.NodeGroup[] },
): readonly aws.eks.Addon[] {
  const { controlPlane, nodes } = parts;
  const role = createServiceRole(scope, controlPlane, {
    key: "ebs-csi",
    namespace: "kube-system",
    serviceAccount: "ebs-csi-controller-sa",
    managedPolicy: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
  });
  return [
    createAddon(scope, region, { controlPlane, addon: "coredns", dependsOn: nodes }),
    createAddon(scope, region, { controlPlane, addon: "metrics-server", dependsOn: nodes }),
    createAddon(scope, region, {
      controlPlane,
      addon: "aws-ebs-csi-driver",
      roleArn: role.arn,
      dependsOn: [...role.grants, ...nodes],
    }),
  ];
}

function createAddon(
  scope: Scope,
  region: AwsRegionConfig,
  plan: AddonPlan & { readonly controlPlane: EksControlPlane },
): aws.eks.Addon {
  const settings = addonSettings[plan.addon];
  return new aws.eks.Addon(
    `${scope.name}-addon-${plan.addon}`,
    {
      clusterName: plan.controlPlane.name,
      addonName: plan.addon,
      // Left out, EKS takes its default for the cluster's minor version.
      addonVersion: region.cluster.addonVersions[plan.addon],
      serviceAccountRoleArn: plan.roleArn,
      configurationValues: settings && JSON.stringify(settings),
      resolveConflictsOnCreate: "OVERWRITE",
      // Somebody's change by hand in the cluster would else live until it bites.
      resolveConflictsOnUpdate: "OVERWRITE",
    },
    { ...scope.child, dependsOn: [...(plan.dependsOn ?? [])] },
  );
}
