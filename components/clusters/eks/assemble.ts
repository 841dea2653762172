import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import type { Scope } from "../scope.js";
import { createClusterAddons, createNetworkAddons } from "./addons.js";
import { adoptControlPlane, createControlPlane, type EksControlPlane } from "./control-plane.js";
import { createFlowLogs } from "./flow-logs.js";
import { createControlPlaneKey, createVolumesKey, type KeyPlace } from "./keys.js";
import { createNetwork } from "./network.js";
import { createNodes } from "./nodes.js";

/** A cluster with what must be there before anything is deployed to it. */
export interface EksParts {
  readonly account: pulumi.Output<string>;
  readonly controlPlane: EksControlPlane;
  readonly volumesKey: aws.kms.Key;
  readonly ready: readonly pulumi.Resource[];
}

/** Everything in AWS that a cluster consists of, or the adopted cluster and a key for its volumes. */
export function assembleEks(scope: Scope, region: AwsRegionConfig): EksParts {
  const account = aws.getCallerIdentityOutput({}, scope.child).accountId;
  const place: KeyPlace = { account, region: region.region };
  const volumesKey = createVolumesKey(scope, place);
  const adopted = region.cluster.existing;
  if (adopted) return { account, controlPlane: adoptControlPlane(scope, adopted.name), volumesKey, ready: [] };
  return { account, volumesKey, ...createCluster(scope, region, { place, volumesKey }) };
}

interface Prepared {
  readonly place: KeyPlace;
  readonly volumesKey: aws.kms.Key;
}

function createCluster(scope: Scope, region: AwsRegionConfig, { place, volumesKey }: Prepared) {
  const network = createNetwork(scope, region);
  const key = createControlPlaneKey(scope, place);
  createFlowLogs(scope, region, { network, key });
  const controlPlane = createControlPlane(scope, region, { network, key });
  const networkAddons = createNetworkAddons(scope, region, controlPlane);
  const nodes = createNodes(scope, region, { controlPlane, network, volumesKey, networkAddons });
  const addons = createClusterAddons(scope, region, { controlPlane, nodes });
  return { controlPlane, ready: [...networkAddons, ...nodes, ...addons] };
}
