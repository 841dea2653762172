import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import type { ClusterTarget } from "../cluster.js";

const prefix = "service.beta.kubernetes.io/aws-load-balancer";

/**
 * A network load balancer over the nodes, made by the cloud controller that every EKS cluster has: one controller less
 * to run than with targets by pod address. In an adopted VPC the subnets are named, since their tags are not ours.
 */
export function eksLoadBalancer(region: AwsRegionConfig): ClusterTarget["loadBalancer"] {
  const subnets = region.network.existing?.publicSubnetIds;
  return {
    gives: "hostname",
    annotations: {
      [`${prefix}-type`]: "nlb",
      [`${prefix}-cross-zone-load-balancing-enabled`]: "true",
      ...(subnets && { [`${prefix}-subnets`]: subnets.join(",") }),
    },
  };
}
