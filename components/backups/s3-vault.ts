import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { backupPlans, type BackupPlan } from "../../config/backup-table.js";
import type { Store } from "../../config/schema/data.js";
import type { BucketRef } from "../clusters/cluster.js";
import { bucketBaseName, vaultKeyTags } from "./names.js";
import { bucketPolicy, keyPolicy, lifecycleRules } from "./s3-policy.js";
import type { VaultArgs } from "./vault.js";

interface Bucket {
  readonly bucket: aws.s3.Bucket;
  readonly versioning: aws.s3.BucketVersioning;
}

/**
 * A region's vault on AWS: one KMS key, and a bucket for each store with versions, object lock in governance mode, TLS
 * and that key only. Bucket and key are protected, and stay in the account when the stack forgets them.
 */
export class S3Vault extends pulumi.ComponentResource {
  readonly buckets: Readonly<Record<Store, BucketRef>>;
  readonly resources: Readonly<Record<Store, Bucket>>;
  readonly key: aws.kms.Key;
  /** Provider of the region, with which whoever adds to the vault adds. */
  readonly cloudProvider: pulumi.ProviderResource | undefined;

  constructor(name: string, args: VaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:backups:S3Vault", name, {}, opts);
    this.cloudProvider = args.provider;
    const child = { parent: this, provider: args.provider };
    this.key = createKey(name, args, child);
    const created = backupPlans(args.backups).map((plan) => {
      const bucket = createBucket(name, args, { plan, child });
      return [plan.store, createSidecars(`${name}-${plan.store}`, { bucket, plan, key: this.key, child })] as const;
    });
    this.resources = Object.fromEntries(created) as Record<Store, Bucket>;
    const refs = created.map(([store, { bucket }]) => [
      store,
      reference(args.region, store, { bucket, key: this.key }),
    ]);
    this.buckets = Object.fromEntries(refs) as Record<Store, BucketRef>;
    this.registerOutputs({ buckets: this.buckets });
  }
}

/** Kept for good: without the key its buckets are noise. */
const kept = { protect: true, retainOnDelete: true } as const;

function reference(region: string, store: Store, made: { bucket: aws.s3.Bucket; key: aws.kms.Key }): BucketRef {
  return {
    key: `${region}-${store}`,
    region,
    cloud: "aws",
    name: made.bucket.bucket,
    uri: pulumi.interpolate`s3://${made.bucket.bucket}`,
    resourceName: made.bucket.arn,
    encryptionKey: made.key.arn,
  };
}

function createKey(name: string, args: VaultArgs, child: pulumi.CustomResourceOptions): aws.kms.Key {
  const invoke = { parent: child.parent, provider: child.provider };
  const identity = aws.getCallerIdentityOutput({}, invoke);
  const partition = aws.getPartitionOutput({}, invoke);
  const policy = pulumi
    .all([partition.partition, identity.accountId])
    .apply(([part, account]) => JSON.stringify(keyPolicy(part, account)));
  const key = new aws.kms.Key(
    `${name}-key`,
    {
      description: `Backups of ${args.stack} in ${args.region}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy,
      tags: { ...args.tags, ...vaultKeyTags },
    },
    { ...child, ...kept },
  );
  const alias = `alias/${bucketBaseName(args.backups.bucketPrefix, args.stack, args.region)}`;
  new aws.kms.Alias(`${name}-key-alias`, { name: alias, targetKeyId: key.keyId }, child);
  return key;
}

interface BucketParts {
  readonly plan: BackupPlan;
  readonly child: pulumi.CustomResourceOptions;
}

function createBucket(name: string, args: VaultArgs, parts: BucketParts): aws.s3.Bucket {
  const { store } = parts.plan;
  const base = bucketBaseName(args.backups.bucketPrefix, args.stack, args.region, store);
  const suffix = new random.RandomId(
    `${name}-${store}-suffix`,
    { byteLength: 4, keepers: { base } },
    { parent: parts.child.parent },
  );
  return new aws.s3.Bucket(
    `${name}-${store}`,
    {
      bucket: pulumi.interpolate`${base}-${suffix.hex}`,
      // Only at creation: object lock cannot be turned on later without AWS's help.
      objectLockEnabled: true,
      tags: { ...args.tags, store },
    },
    { ...parts.child, ...kept },
  );
}

interface SidecarParts extends BucketParts {
  readonly bucket: aws.s3.Bucket;
  readonly key: aws.kms.Key;
}

/** In the AWS SDK's version 7 each property of a bucket is a resource of its own; inline ones differ forever. */
function createSidecars(name: string, parts: SidecarParts): Bucket {
  const { key, child } = parts;
  const bucket = parts.bucket.bucket;
  new aws.s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    child,
  );
  new aws.s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    child,
  );
  const encryption = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn };
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    // A bucket key saves a KMS request for each of thousands of WAL segments.
    { bucket, rules: [{ applyServerSideEncryptionByDefault: encryption, bucketKeyEnabled: true }] },
    child,
  );
  const versioning = new aws.s3.BucketVersioning(
    `${name}-versioning`,
    { bucket, versioningConfiguration: { status: "Enabled" } },
    child,
  );
  createGuards(name, parts, versioning);
  return { bucket: parts.bucket, versioning };
}

/** Who may write what, what expires, and what cannot be deleted: all of it needs versioning first. */
function createGuards(name: string, parts: SidecarParts, versioning: aws.s3.BucketVersioning): void {
  const { plan, key } = parts;
  const child = { ...parts.child, dependsOn: [versioning] };
  const bucket = parts.bucket.bucket;
  const policy = pulumi
    .all([parts.bucket.arn, key.arn])
    .apply(([bucketArn, keyArn]) => JSON.stringify(bucketPolicy(bucketArn, keyArn)));
  new aws.s3.BucketPolicy(`${name}-policy`, { bucket, policy }, child);
  new aws.s3.BucketLifecycleConfiguration(`${name}-lifecycle`, { bucket, rules: lifecycleRules(plan) }, child);
  if (plan.lockDays === 0) return;
  new aws.s3.BucketObjectLockConfiguration(
    `${name}-lock`,
    { bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: plan.lockDays } } },
    child,
  );
}
