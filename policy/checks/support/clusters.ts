import type { CloudResource } from "../../model/resource.js";
import type { PlatformView } from "../../model/view.js";

export const EKS = "aws:eks/cluster:Cluster";
export const GKE = "gcp:container/cluster:Cluster";

/** Managed clusters of the program. */
export const managedClusters = (view: PlatformView): readonly CloudResource[] => view.ofType(EKS, GKE);
