import type * as pulumi from "@pulumi/pulumi";
import type { GcpRegionConfig } from "../../../config/schema/regions.js";
import type { Fleet, Scope } from "../scope.js";
import { adoptControlPlane, createControlPlane, type GkeControlPlane } from "./control-plane.js";
import { createKeyRing, createSecretsKey, createVolumesKey, type GkeKeys, type GrantedKey } from "./keys.js";
import { createNetwork } from "./network.js";
import { createNodeAccount, createNodePools } from "./nodes.js";
import { clusterApis, createServices } from "./services.js";

/** A cluster with what must be there before anything is deployed to it. */
export interface GkeParts {
  readonly controlPlane: GkeControlPlane;
  readonly volumesKey: GrantedKey;
  readonly ready: readonly pulumi.Resource[];
}

/** Everything in Google Cloud that a cluster consists of, or the adopted cluster and a key for its volumes. */
export function assembleGke(scope: Scope, region: GcpRegionConfig, fleet: Fleet | undefined): GkeParts {
  const services = createServices(scope, region.project, clusterApis);
  const keys = createKeyRing(scope, region, services);
  const volumesKey = createVolumesKey(scope, keys);
  const adopted = region.cluster.existing;
  if (adopted) {
    return { controlPlane: adoptControlPlane(scope, region, adopted.name), volumesKey, ready: [volumesKey.grant] };
  }
  return createCluster(scope, region, { services: [...services, ...(fleet?.ready ?? [])], keys, volumesKey, fleet });
}

interface Prepared {
  readonly services: readonly pulumi.Resource[];
  readonly keys: GkeKeys;
  readonly volumesKey: GrantedKey;
  readonly fleet: Fleet | undefined;
}

function createCluster(scope: Scope, region: GcpRegionConfig, prepared: Prepared): GkeParts {
  const { services: dependsOn, volumesKey, fleet } = prepared;
  const nodeAccount = createNodeAccount(scope, region, dependsOn);
  const network = createNetwork(scope, region, { nodeAccount: nodeAccount.email, network: fleet?.network, dependsOn });
  const secretsKey = createSecretsKey(scope, prepared.keys);
  const controlPlane = createControlPlane(scope, region, {
    network,
    secretsKey,
    volumesKey,
    nodeAccount,
    fleetProject: fleet?.project,
    dependsOn,
  });
  const ready = createNodePools(scope, region, { controlPlane, nodeAccount, volumesKey });
  return { controlPlane, volumesKey, ready };
}
