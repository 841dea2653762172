import type { types } from "@pulumi/aws";
import type { BackupPlan } from "../../config/backup-table.js";

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  /** Left out in a trust policy, whose resource is the role itself. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

const document = (...statements: Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement: statements });

/**
 * Nothing without TLS, nothing encrypted otherwise than with the vault's key. A request that names no encryption is let
 * in, since the bucket's default encryption is that key; the `Null` condition is what lets it, because a negated
 * condition on an absent header is true.
 */
export function bucketPolicy(bucketArn: string, keyArn: string): PolicyDocument {
  const objects = `${bucketArn}/*`;
  const denyOther = (Sid: string, header: string, allowed: string): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: objects,
    Condition: {
      Null: { [header]: "false" },
      [allowed.startsWith("arn:") ? "ArnNotEquals" : "StringNotEquals"]: { [header]: allowed },
    },
  });
  return document(
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, objects],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    denyOther("KmsOnly", "s3:x-amz-server-side-encryption", "aws:kms"),
    denyOther("VaultKeyOnly", "s3:x-amz-server-side-encryption-aws-kms-key-id", keyArn),
  );
}

/** The account's own IAM decides who uses the key; without this statement nobody could ever change the policy. */
export function keyPolicy(partition: string, accountId: string): PolicyDocument {
  return document({
    Sid: "AccountDecides",
    Effect: "Allow",
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  });
}

/**
 * No rule removes a current version: only the tool knows which WAL a kept base backup needs. What the tool deleted stays
 * for the retention once more as a noncurrent version, against a mistaken prune.
 */
export function lifecycleRules(plan: BackupPlan): types.input.s3.BucketLifecycleConfigurationRule[] {
  const rules: types.input.s3.BucketLifecycleConfigurationRule[] = [
    {
      id: "abort-unfinished-uploads",
      status: "Enabled",
      filter: {},
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
    {
      id: "expire-noncurrent-versions",
      status: "Enabled",
      filter: {},
      noncurrentVersionExpiration: { noncurrentDays: plan.retentionDays },
      expiration: { expiredObjectDeleteMarker: true },
    },
  ];
  if (plan.storageClass === "STANDARD") return rules;
  // S3 refuses transitions to infrequent access before day 30.
  const transition = { days: 30, storageClass: plan.storageClass };
  return [...rules, { id: "storage-class", status: "Enabled", filter: {}, transitions: [transition] }];
}

export const replicationTrust = document({
  Sid: "S3Replicates",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sts:AssumeRole",
});

export interface ReplicationEnds {
  readonly sourceArn: string;
  readonly sourceKey: string;
  readonly targetArn: string;
  readonly targetKey: string;
}

/** Replication reads versions and their locks here, writes replicas there, and uses each key only through its S3. */
export function replicationPolicy(ends: ReplicationEnds, regions: { from: string; to: string }): PolicyDocument {
  const key = (Sid: string, Action: string, Resource: string): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    Condition: {
      StringEquals: { "kms:ViaService": `s3.${Sid === "DecryptSource" ? regions.from : regions.to}.amazonaws.com` },
    },
  });
  return document(
    {
      Sid: "ReadSource",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: ends.sourceArn,
    },
    {
      Sid: "ReadVersions",
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: `${ends.sourceArn}/*`,
    },
    {
      Sid: "WriteReplicas",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: `${ends.targetArn}/*`,
    },
    key("DecryptSource", "kms:Decrypt", ends.sourceKey),
    key("EncryptReplicas", "kms:Encrypt", ends.targetKey),
  );
}
