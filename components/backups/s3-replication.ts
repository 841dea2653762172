import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stores, type Store } from "../../config/schema/data.js";
import { replicationPolicy, replicationTrust } from "./s3-policy.js";
import type { S3Vault } from "./s3-vault.js";

export interface ReplicationArgs {
  /** Key of the source region: the path that its own backups start with, and the only one that is replicated. */
  readonly key: string;
  readonly source: S3Vault;
  readonly target: S3Vault;
  /** AWS names of the two regions. */
  readonly regions: { readonly from: string; readonly to: string };
}

/**
 * S3's own replication of one region's buckets to another's, a role for each store. Only the region's own path is
 * replicated, so that two regions can be each other's copy.
 */
export function createReplication(name: string, args: ReplicationArgs): void {
  for (const store of stores) createStoreReplication(`${name}-${store}-replication`, store, args);
}

function createStoreReplication(name: string, store: Store, args: ReplicationArgs): void {
  const { source, target } = args;
  const from = source.resources[store];
  const to = target.resources[store];
  // Beside the bucket it belongs to, and in that bucket's region.
  const child = { parent: source, provider: source.cloudProvider };
  const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: JSON.stringify(replicationTrust) }, child);
  const policy = pulumi
    .all([from.bucket.arn, source.key.arn, to.bucket.arn, target.key.arn])
    .apply(([sourceArn, sourceKey, targetArn, targetKey]) =>
      JSON.stringify(replicationPolicy({ sourceArn, sourceKey, targetArn, targetKey }, args.regions)),
    );
  const rolePolicy = new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, child);
  new aws.s3.BucketReplicationConfig(
    name,
    {
      bucket: from.bucket.bucket,
      role: role.arn,
      rules: [
        {
          id: "copy",
          priority: 1,
          status: "Enabled",
          filter: { prefix: `${args.key}/` },
          // What the tool prunes here is marked there too; the versions stay until the lifecycle takes them.
          deleteMarkerReplication: { status: "Enabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: to.bucket.arn,
            encryptionConfiguration: { replicaKmsKeyId: target.key.arn },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
          },
        },
      ],
    },
    { ...child, dependsOn: [from.versioning, to.versioning, rolePolicy] },
  );
}
