import { named, present, type Inputs } from "../inputs.js";
import { textAt, type Create } from "./shapes.js";

const eksCluster: Create = async ({ inputs, call }) => {
  const { vpcConfig, encryptionConfig, enabledClusterLogTypes, ...plain } = inputs;
  const answer = await call("eks", "CreateCluster", {
    ...present({
      name: plain.name,
      version: plain.version,
      roleArn: plain.roleArn,
      accessConfig: plain.accessConfig,
      bootstrapSelfManagedAddons: plain.bootstrapSelfManagedAddons,
      deletionProtection: plain.deletionProtection,
      kubernetesNetworkConfig: plain.kubernetesNetworkConfig,
      upgradePolicy: plain.upgradePolicy,
      zonalShiftConfig: plain.zonalShiftConfig,
      tags: plain.tags,
    }),
    resourcesVpcConfig: vpcConfig,
    encryptionConfig: [encryptionConfig],
    logging: { clusterLogging: [{ types: enabledClusterLogTypes, enabled: true }] },
  });
  const { cluster } = answer;
  return {
    id: textAt(cluster, "name"),
    arn: textAt(cluster, "arn"),
    endpoint: textAt(cluster, "endpoint"),
    certificateAuthority: { data: textAt(cluster, "certificateAuthority", "data") },
    certificateAuthorities: [{ data: textAt(cluster, "certificateAuthority", "data") }],
    identities: [{ oidcs: [{ issuer: textAt(cluster, "identity", "oidc", "issuer") }] }],
    vpcConfig: { ...(vpcConfig as Inputs), clusterSecurityGroupId: "sg-0123456789abcdef0" },
  };
};

const nodeGroup: Create = async ({ name, inputs, call }) => {
  const { nodeRoleArn, subnetIds, nodeGroupName, ...plain } = inputs;
  const params = present({
    clusterName: plain.clusterName,
    amiType: plain.amiType,
    capacityType: plain.capacityType,
    instanceTypes: plain.instanceTypes,
    labels: plain.labels,
    launchTemplate: plain.launchTemplate,
    nodeRepairConfig: plain.nodeRepairConfig,
    scalingConfig: plain.scalingConfig,
    updateConfig: plain.updateConfig,
    version: plain.version,
    nodeRole: nodeRoleArn,
    subnets: subnetIds,
    nodegroupName: named(nodeGroupName, name),
  });
  const answer = await call("eks", "CreateNodegroup", params);
  return {
    id: textAt(answer, "nodegroup", "nodegroupName"),
    resources: [
      { autoscalingGroups: [{ name: textAt(answer, "nodegroup", "resources", "autoScalingGroups", 0, "name") }] },
    ],
  };
};

const addon: Create = async ({ inputs, call, check }) => {
  const { addonName, clusterName, configurationValues, resolveConflictsOnCreate, resolveConflictsOnUpdate } = inputs;
  if (configurationValues !== undefined) JSON.parse(configurationValues as string);
  const same = present({
    addonName,
    clusterName,
    configurationValues,
    serviceAccountRoleArn: inputs.serviceAccountRoleArn,
  });
  await call("eks", "CreateAddon", present({ ...same, resolveConflicts: resolveConflictsOnCreate }));
  await check("eks", "UpdateAddon", present({ ...same, resolveConflicts: resolveConflictsOnUpdate }));
  return { id: `${String(clusterName)}:${String(addonName)}` };
};

export const clusters: Readonly<Record<string, Create>> = {
  "aws:eks/addon:Addon": addon,
  "aws:eks/cluster:Cluster": eksCluster,
  "aws:eks/nodeGroup:NodeGroup": nodeGroup,
};
