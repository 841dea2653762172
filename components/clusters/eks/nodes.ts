import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsRegionConfig, EksNodePoolConfig } from "../../../config/schema/regions.js";
import { serviceTrust } from "../identity/iam.js";
import { shortName } from "../names.js";
import type { Scope } from "../scope.js";
import type { EksControlPlane } from "./control-plane.js";
import type { EksNetwork } from "./network.js";
import { amiType, planNodeGroups, type NodeGroupPlan } from "./node-plan.js";

export interface NodeParts {
  readonly controlPlane: EksControlPlane;
  readonly network: EksNetwork;
  readonly volumesKey: aws.kms.Key;
  /** Add-ons without which a node does not become ready. */
  readonly networkAddons: readonly pulumi.Resource[];
}

// The network plugin has a role of its own, so a node needs only to join and to pull.
const nodePolicies = {
  join: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
  pull: "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
} as const;

/** Managed node groups, one a pool and zone. */
export function createNodes(scope: Scope, region: AwsRegionConfig, parts: NodeParts): readonly aws.eks.NodeGroup[] {
  const role = new aws.iam.Role(
    `${scope.name}-node-role`,
    { name: shortName(`${scope.cluster}-node`, 64), assumeRolePolicy: serviceTrust("ec2.amazonaws.com") },
    scope.child,
  );
  const grants = Object.entries(nodePolicies).map(
    ([key, policyArn]) =>
      new aws.iam.RolePolicyAttachment(`${scope.name}-node-role-${key}`, { role: role.name, policyArn }, scope.child),
  );
  const templates = new Map(
    region.cluster.nodePools.map((pool) => [pool.name, createLaunchTemplate(scope, pool, parts.volumesKey)]),
  );
  const dependsOn = [...grants, ...parts.networkAddons, ...parts.network.egress];
  return planNodeGroups(region.cluster.nodePools, parts.network.privateSubnetIds.length).map(
    (plan) =>
      new aws.eks.NodeGroup(
        `${scope.name}-nodes-${plan.key}`,
        {
          ...groupInputs(plan, region.cluster.version),
          clusterName: parts.controlPlane.name,
          nodeRoleArn: role.arn,
          subnetIds: parts.network.privateSubnetIds.slice(plan.zone - 1, plan.zone),
          launchTemplate: launchTemplateOf(templates.get(plan.pool.name)),
        },
        // The autoscaler owns the size once the group exists.
        { ...scope.child, dependsOn, ignoreChanges: ["scalingConfig.desiredSize"] },
      ),
  );
}

function groupInputs(
  { pool, ...plan }: NodeGroupPlan,
  version: string,
): Omit<aws.eks.NodeGroupArgs, "clusterName" | "nodeRoleArn" | "subnetIds"> {
  return {
    version,
    amiType: amiType(pool.instanceTypes),
    capacityType: pool.capacityType,
    instanceTypes: pool.instanceTypes,
    scalingConfig: { minSize: plan.minSize, desiredSize: plan.desiredSize, maxSize: plan.maxSize },
    updateConfig: { maxUnavailable: 1 },
    nodeRepairConfig: { enabled: true },
    labels: { "agent-platform.io/pool": pool.name },
  };
}

function launchTemplateOf(template: aws.ec2.LaunchTemplate | undefined) {
  return template && { id: template.id, version: template.latestVersion.apply(String) };
}

function createLaunchTemplate(scope: Scope, pool: EksNodePoolConfig, key: aws.kms.Key): aws.ec2.LaunchTemplate {
  const tags = { Name: `${scope.cluster}-${pool.name}` };
  return new aws.ec2.LaunchTemplate(
    `${scope.name}-nodes-${pool.name}-template`,
    {
      updateDefaultVersion: true,
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: pool.diskGiB,
            encrypted: "true",
            kmsKeyId: key.arn,
            deleteOnTermination: "true",
          },
        },
      ],
      // One hop: the node reaches its metadata, a pod in its own network namespace does not, and so cannot borrow the
      // node's role.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
    },
    scope.child,
  );
}
