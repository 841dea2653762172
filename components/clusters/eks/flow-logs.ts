import * as aws from "@pulumi/aws";
import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import { serviceTrust } from "../identity/iam.js";
import { shortName } from "../names.js";
import type { Scope } from "../scope.js";
import { flowLogGroup } from "./keys.js";
import type { EksNetwork } from "./network.js";
import { flowLogDelivery } from "./policies.js";

/** Records the VPC's traffic (by default what was refused) in a log group; nothing for an adopted VPC. */
export function createFlowLogs(
  scope: Scope,
  region: AwsRegionConfig,
  parts: { readonly network: EksNetwork; readonly key: aws.kms.Key },
): void {
  if (region.network.flowLogs === "none" || region.network.existing) return;
  const group = new aws.cloudwatch.LogGroup(
    `${scope.name}-flow-logs`,
    {
      name: flowLogGroup(scope.cluster),
      retentionInDays: region.cluster.logRetentionDays,
      kmsKeyId: parts.key.arn,
    },
    { ...scope.child, retainOnDelete: scope.protect },
  );
  const role = new aws.iam.Role(
    `${scope.name}-flow-logs-role`,
    {
      name: shortName(`${scope.cluster}-flow-logs`, 64),
      assumeRolePolicy: serviceTrust("vpc-flow-logs.amazonaws.com"),
    },
    scope.child,
  );
  new aws.iam.RolePolicy(
    `${scope.name}-flow-logs-delivery`,
    { role: role.name, policy: group.arn.apply(flowLogDelivery) },
    scope.child,
  );
  new aws.ec2.FlowLog(
    `${scope.name}-flow-log`,
    {
      vpcId: parts.network.vpcId,
      trafficType: region.network.flowLogs === "all" ? "ALL" : "REJECT",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
    },
    scope.child,
  );
}
