import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { GcpRegionConfig, GkeNodePoolConfig } from "../../../config/schema/regions.js";
import { shortName } from "../names.js";
import type { Scope } from "../scope.js";
import type { GkeControlPlane } from "./control-plane.js";
import type { GrantedKey } from "./keys.js";

/** The nodes' own service account, which may write logs and metrics and nothing else. */
export function createNodeAccount(
  scope: Scope,
  region: GcpRegionConfig,
  dependsOn: readonly pulumi.Resource[],
): gcp.serviceaccount.Account {
  const account = new gcp.serviceaccount.Account(
    `${scope.name}-node-account`,
    {
      project: region.project,
      accountId: shortName(`${scope.cluster}-node`, 30),
      displayName: `Nodes of ${scope.cluster}`,
    },
    { ...scope.child, dependsOn: [...dependsOn] },
  );
  new gcp.projects.IAMMember(
    `${scope.name}-node-account-role`,
    {
      project: region.project,
      role: "roles/container.defaultNodeServiceAccount",
      member: pulumi.interpolate`serviceAccount:${account.email}`,
    },
    scope.child,
  );
  return account;
}

export interface NodeParts {
  readonly controlPlane: GkeControlPlane;
  readonly nodeAccount: gcp.serviceaccount.Account;
  readonly volumesKey: GrantedKey;
}

/** Zones of a regional cluster, by which GKE multiplies a pool's first size. */
const zonesOfRegion = 3;

/** Autoscaled node pools. */
export function createNodePools(
  scope: Scope,
  region: GcpRegionConfig,
  parts: NodeParts,
): readonly gcp.container.NodePool[] {
  return region.cluster.nodePools.map(
    (pool) =>
      new gcp.container.NodePool(
        `${scope.name}-nodes-${pool.name}`,
        {
          project: region.project,
          location: region.region,
          cluster: parts.controlPlane.name,
          // GKE counts per zone at creation, and in total afterwards.
          initialNodeCount: Math.ceil(pool.desired / zonesOfRegion),
          autoscaling: {
            totalMinNodeCount: pool.min,
            totalMaxNodeCount: pool.max,
            locationPolicy: pool.spot ? "ANY" : "BALANCED",
          },
          management: { autoRepair: true, autoUpgrade: true },
          upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
          nodeConfig: nodeConfig(pool, parts),
        },
        // The autoscaler owns the size once the pool exists; another first size would replace the pool.
        { ...scope.child, ignoreChanges: ["initialNodeCount"] },
      ),
  );
}

function nodeConfig(pool: GkeNodePoolConfig, parts: NodeParts): gcp.types.input.container.NodePoolNodeConfig {
  return {
    machineType: pool.machineType,
    spot: pool.spot,
    diskType: "pd-balanced",
    diskSizeGb: pool.diskGiB,
    bootDiskKmsKey: parts.volumesKey.id,
    imageType: "COS_CONTAINERD",
    serviceAccount: parts.nodeAccount.email,
    // The account's roles limit the node; a second list of scopes would only hide that.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    // Pods get their own identity from the metadata server, never the node's.
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
    metadata: { "disable-legacy-endpoints": "true" },
    labels: { "agent-platform.io/pool": pool.name },
  };
}
