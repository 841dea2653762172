import { policyDocument, type Statement } from "../identity/iam.js";

/** Where a cluster's AWS resources are. */
export interface AwsPlace {
  readonly account: string;
  readonly region: string;
}

// Without it a key could become unmanageable: KMS has no other way back in.
function accountAdministers(account: string): Statement {
  return {
    Sid: "AccountAdministersKeyThroughIam",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: ["kms:*"],
    Resource: "*",
  };
}

/** Policy of the key for Kubernetes secrets and for the named log groups, which CloudWatch may use for these only. */
export function controlPlaneKeyPolicy(place: AwsPlace, logGroups: readonly string[]): string {
  return policyDocument([
    accountAdministers(place.account),
    {
      Sid: "LogsEncryptTheseGroups",
      Effect: "Allow",
      Principal: { Service: `logs.${place.region}.amazonaws.com` },
      Action: ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      Resource: "*",
      Condition: {
        ArnEquals: {
          "kms:EncryptionContext:aws:logs:arn": logGroups.map(
            (group) => `arn:aws:logs:${place.region}:${place.account}:log-group:${group}`,
          ),
        },
      },
    },
  ]);
}

/**
 * Policy of the key for volumes, in the form of AWS's own `aws/ebs` key: whoever in the account may use EC2 volumes,
 * through EC2 only. So neither the volume driver nor Auto Scaling's service-linked role (which may not exist yet when
 * the key is made) has to be named.
 */
export function volumesKeyPolicy(place: AwsPlace): string {
  return policyDocument([
    accountAdministers(place.account),
    {
      Sid: "VolumesThroughEc2",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ],
      Resource: "*",
      Condition: {
        StringEquals: {
          "kms:CallerAccount": place.account,
          "kms:ViaService": `ec2.${place.region}.amazonaws.com`,
        },
      },
    },
  ]);
}

/** What the control plane's role needs of the key that encrypts secrets. */
export function secretsKeyUse(keyArn: string): string {
  return policyDocument([
    {
      Sid: "EncryptSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
      Resource: keyArn,
    },
  ]);
}

/** What VPC flow logs need to write to their one log group. */
export function flowLogDelivery(logGroupArn: string): string {
  return policyDocument([
    {
      Sid: "DeliverFlowLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${logGroupArn}:log-stream:*`,
    },
    { Sid: "SeeStreams", Effect: "Allow", Action: ["logs:DescribeLogStreams"], Resource: `${logGroupArn}:*` },
  ]);
}

/** What the cluster autoscaler needs: to see every group, to change those of this cluster. */
export function autoscalerPolicy(place: AwsPlace, cluster: string): string {
  return policyDocument([
    {
      Sid: "See",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
      ],
      Resource: "*",
    },
    {
      Sid: "SeeNodeGroups",
      Effect: "Allow",
      Action: ["eks:DescribeNodegroup"],
      Resource: `arn:aws:eks:${place.region}:${place.account}:nodegroup/${cluster}/*/*`,
    },
    {
      Sid: "ScaleThisCluster",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: `arn:aws:autoscaling:${place.region}:${place.account}:autoScalingGroup:*:autoScalingGroupName/*`,
      Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: "owned" } },
    },
  ]);
}
