import type * as pulumi from "@pulumi/pulumi";
import type { RegionConfig } from "../../config/schema/regions.js";
import type { ClusterTarget } from "./cluster.js";
import { EksCluster } from "./eks/eks.js";
import { ExistingCluster } from "./existing/existing.js";
import { GkeCluster } from "./gke/gke.js";
import type { ClusterArgs } from "./scope.js";

/** The cluster of a region: the only place that asks which cloud it is on. */
export function createCluster(
  region: RegionConfig,
  args: ClusterArgs,
  opts?: pulumi.ComponentResourceOptions,
): ClusterTarget {
  switch (region.cloud) {
    case "aws":
      return new EksCluster(region, args, opts);
    case "gcp":
      return new GkeCluster(region, args, opts);
    case "existing":
      return new ExistingCluster(region, opts);
  }
}
