import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { backupPlans, type BackupPlan } from "../../config/backup-table.js";
import type { Store } from "../../config/schema/data.js";
import type { BucketRef } from "../clusters/cluster.js";
import { gcsBucketSettings } from "./gcs-policy.js";
import { bucketBaseName } from "./names.js";
import type { VaultArgs } from "./vault.js";

export interface GcsVaultArgs extends VaultArgs {
  readonly project: string;
  /** Google's name of the region. */
  readonly location: string;
}

/**
 * A region's vault on Google Cloud: one KMS key, and a bucket for each store with versions, soft delete, no public access
 * and that key only. Buckets and key are protected, and stay in the project when the stack forgets them.
 */
export class GcsVault extends pulumi.ComponentResource {
  readonly buckets: Readonly<Record<Store, BucketRef>>;

  constructor(name: string, args: GcsVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:backups:GcsVault", name, {}, opts);
    const child = { parent: this, provider: args.provider };
    const key = createKey(name, args, child);
    const usable = createServiceAgentBinding(name, args, { key, child });
    const refs = backupPlans(args.backups).map((plan) => {
      const bucket = createBucket(name, args, { plan, key, child: { ...child, dependsOn: [usable] } });
      return [plan.store, reference(args.region, plan.store, { bucket, key })];
    });
    this.buckets = Object.fromEntries(refs) as Record<Store, BucketRef>;
    this.registerOutputs({ buckets: this.buckets });
  }
}

/** Kept for good: without the key its buckets are noise. */
const kept = { protect: true, retainOnDelete: true } as const;

function reference(
  region: string,
  store: Store,
  made: { bucket: gcp.storage.Bucket; key: gcp.kms.CryptoKey },
): BucketRef {
  return {
    key: `${region}-${store}`,
    region,
    cloud: "gcp",
    name: made.bucket.name,
    uri: pulumi.interpolate`gs://${made.bucket.name}`,
    resourceName: pulumi.interpolate`projects/_/buckets/${made.bucket.name}`,
    encryptionKey: made.key.id,
  };
}

function createKey(name: string, args: GcsVaultArgs, child: pulumi.CustomResourceOptions): gcp.kms.CryptoKey {
  const base = bucketBaseName(args.backups.bucketPrefix, args.stack, args.region);
  // Google never deletes a key ring: a stack made anew needs a new name.
  const suffix = new random.RandomId(
    `${name}-key-suffix`,
    { byteLength: 4, keepers: { base } },
    { parent: child.parent },
  );
  const ring = new gcp.kms.KeyRing(
    `${name}-key-ring`,
    { name: pulumi.interpolate`${base}-${suffix.hex}`, location: args.location, project: args.project },
    { ...child, ...kept },
  );
  return new gcp.kms.CryptoKey(
    `${name}-key`,
    {
      name: "backups",
      keyRing: ring.id,
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: "7776000s",
      destroyScheduledDuration: "2592000s",
      labels: { ...args.tags },
    },
    { ...child, ...kept },
  );
}

interface KeyUse {
  readonly key: gcp.kms.CryptoKey;
  readonly child: pulumi.CustomResourceOptions;
}

/** Cloud Storage's own service agent encrypts and decrypts; writers need no right on the key. */
function createServiceAgentBinding(name: string, args: GcsVaultArgs, { key, child }: KeyUse): pulumi.Resource {
  const agent = gcp.storage.getProjectServiceAccountOutput(
    { project: args.project },
    { parent: child.parent, provider: child.provider },
  );
  return new gcp.kms.CryptoKeyIAMMember(
    `${name}-key-user`,
    {
      cryptoKeyId: key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: pulumi.interpolate`serviceAccount:${agent.emailAddress}`,
    },
    child,
  );
}

interface BucketParts extends KeyUse {
  readonly plan: BackupPlan;
}

function createBucket(name: string, args: GcsVaultArgs, { plan, key, child }: BucketParts): gcp.storage.Bucket {
  const base = bucketBaseName(args.backups.bucketPrefix, args.stack, args.region, plan.store);
  const suffix = new random.RandomId(
    `${name}-${plan.store}-suffix`,
    { byteLength: 4, keepers: { base } },
    { parent: child.parent },
  );
  return new gcp.storage.Bucket(
    `${name}-${plan.store}`,
    {
      name: pulumi.interpolate`${base}-${suffix.hex}`,
      project: args.project,
      location: args.location.toUpperCase(),
      ...gcsBucketSettings(plan),
      encryption: { defaultKmsKeyName: key.id },
      labels: { ...args.tags, store: plan.store },
    },
    { ...child, ...kept },
  );
}
