import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { createVaults } from "../../../components/backups/vault.js";
import type { RegionVaults } from "../../../components/contracts.js";
import { backupsSchema } from "../../../config/schema/data.js";
import { regionSchema } from "../../../config/schema/regions.js";
import { at, list, textAt } from "../../support/plain.js";
import { record, type Recorded } from "../../support/record.js";

const east = { cloud: "aws", key: "us-east-1", role: "primary", region: "us-east-1" };
const west2 = { cloud: "aws", key: "us-west-2", role: "secondary", region: "us-west-2" };
const west1 = { cloud: "gcp", key: "us-west1", role: "secondary", region: "us-west1", project: "my-project" };
const here = {
  cloud: "existing",
  key: "here",
  role: "primary",
  context: "one",
  backupStore: { endpoint: "http://s3.local:9000", bucketPrefix: "backups" },
};

interface Run {
  readonly recorded: Recorded;
  readonly vaults: Readonly<Record<string, RegionVaults>>;
}

async function run(regions: readonly object[], backups: object = {}): Promise<Run> {
  let vaults: Readonly<Record<string, RegionVaults>> = {};
  const recorded = await record(() => {
    const parsed = regions.map((region) => regionSchema.parse(region));
    const providers = parsed.map((region): [string, pulumi.ProviderResource | undefined] => {
      if (region.cloud === "aws") return [region.key, new aws.Provider(region.key, { region: region.region })];
      if (region.cloud === "gcp") return [region.key, new gcp.Provider(region.key, { project: region.project })];
      return [region.key, undefined];
    });
    vaults = createVaults("vaults", {
      stack: "production",
      regions: parsed,
      backups: backupsSchema.parse(backups),
      tags: { team: "platform" },
      providers: Object.fromEntries(providers),
    });
  });
  return { recorded, vaults };
}

const known = async (output: pulumi.Output<string>): Promise<string> =>
  await new Promise((resolve) => output.apply(resolve));

describe("vaults", () => {
  it("on AWS are a bucket a store with every guard as a resource of its own", async () => {
    const { recorded } = await run([east]);
    const sidecars = ["Bucket", "BucketLifecycleConfiguration", "BucketObjectLockConfiguration"];
    sidecars.push("BucketOwnershipControls", "BucketPolicy", "BucketPublicAccessBlock");
    sidecars.push("BucketServerSideEncryptionConfiguration", "BucketVersioning");
    const roles = ["", "-lifecycle", "-lock", "-ownership", "-policy", "-public-access", "-encryption", "-versioning"];
    const expected = sidecars.flatMap((type, index) =>
      ["postgres", "redis", "vector"].map((store) => {
        const module = type.charAt(0).toLowerCase() + type.slice(1);
        return `aws:s3/${module}:${type} vaults-us-east-1-${store}${roles[index] ?? ""}`;
      }),
    );
    assert.deepEqual(recorded.inventory(/^aws:s3/), expected.sort());
    assert.deepEqual(recorded.inventory(/^aws:(kms|iam)/), [
      "aws:kms/alias:Alias vaults-us-east-1-key-alias",
      "aws:kms/key:Key vaults-us-east-1-key",
    ]);
  });

  it("on AWS lock, encrypt, keep versions and refuse everything else", async () => {
    const { recorded } = await run([east]);
    const bucket = recorded.one("aws:s3/bucket:Bucket", "vaults-us-east-1-postgres");
    assert.match(String(bucket.inputs.bucket), /^agent-memory-backups-production-us-east-1-postgres-[0-9a-f]{8}$/);
    assert.deepEqual([bucket.inputs.objectLockEnabled, bucket.inputs.forceDestroy], [true, undefined]);
    assert.deepEqual([bucket.protect, bucket.retainOnDelete], [true, true]);
    const lock = recorded.one(
      "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      "vaults-us-east-1-postgres-lock",
    );
    assert.deepEqual(lock.inputs.rule, { defaultRetention: { mode: "GOVERNANCE", days: 7 } });
    const key = recorded.one("aws:kms/key:Key", "vaults-us-east-1-key");
    assert.deepEqual([key.inputs.enableKeyRotation, key.protect, key.retainOnDelete], [true, true, true]);
    const policy = recorded.one("aws:s3/bucketPolicy:BucketPolicy", "vaults-us-east-1-postgres-policy");
    const statements = list(JSON.parse(textAt(policy.inputs, "policy")), "Statement");
    assert.deepEqual(
      statements.map((statement) => [at(statement, "Sid"), at(statement, "Effect")]),
      [
        ["TlsOnly", "Deny"],
        ["KmsOnly", "Deny"],
        ["VaultKeyOnly", "Deny"],
      ],
    );
    const provider = recorded.one("pulumi:providers:aws", "us-east-1");
    assert.ok(
      recorded.resources.filter(({ type }) => type.startsWith("aws:")).every((r) => r.provider === provider.urn),
    );
  });

  it("never expire a current version: only the tool knows which WAL a kept backup needs", async () => {
    const { recorded } = await run([east, west1]);
    const s3 = recorded.one(
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "vaults-us-east-1-postgres-lifecycle",
    );
    for (const rule of list(s3.inputs, "rules")) {
      assert.equal(at(rule, "expiration.days"), undefined);
      assert.equal(at(rule, "expiration.date"), undefined);
    }
    const gcs = recorded.one("gcp:storage/bucket:Bucket", "vaults-us-west1-postgres");
    const deletions = list(gcs.inputs, "lifecycleRules").filter((rule) => at(rule, "action.type") === "Delete");
    assert.deepEqual(
      deletions.map((rule) => at(rule, "condition")),
      [{ daysSinceNoncurrentTime: 30, withState: "ARCHIVED" }],
    );
  });

  it("on Google Cloud keep versions and deleted objects, shut the public out and use their own key", async () => {
    const { recorded, vaults } = await run([west1]);
    assert.deepEqual(recorded.inventory(/^gcp:/), [
      "gcp:kms/cryptoKey:CryptoKey vaults-us-west1-key",
      "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember vaults-us-west1-key-user",
      "gcp:kms/keyRing:KeyRing vaults-us-west1-key-ring",
      "gcp:storage/bucket:Bucket vaults-us-west1-postgres",
      "gcp:storage/bucket:Bucket vaults-us-west1-redis",
      "gcp:storage/bucket:Bucket vaults-us-west1-vector",
    ]);
    const bucket = recorded.one("gcp:storage/bucket:Bucket", "vaults-us-west1-redis");
    const { uniformBucketLevelAccess, publicAccessPrevention, versioning, softDeletePolicy } = bucket.inputs;
    assert.deepEqual(
      { uniformBucketLevelAccess, publicAccessPrevention, versioning, softDeletePolicy },
      {
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        softDeletePolicy: { retentionDurationSeconds: 7 * 86_400 },
      },
    );
    assert.deepEqual([bucket.protect, bucket.retainOnDelete, bucket.inputs.location], [true, true, "US-WEST1"]);
    assert.match(
      await known(vaults["us-west1"]!.buckets.redis.uri),
      /^gs:\/\/agent-memory-backups-production-us-west1-redis-/,
    );
  });

  it("replicate within AWS both ways, each region only its own path", async () => {
    const { recorded, vaults } = await run([east, west2]);
    assert.deepEqual([vaults["us-east-1"]?.copiedBy, vaults["us-west-2"]?.copiedBy], ["cloud", "cloud"]);
    const type = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
    assert.equal(recorded.inventory(/BucketReplicationConfig$/).length, 6);
    const config = recorded.one(type, "vaults-us-east-1-postgres-replication");
    assert.deepEqual(at(config.inputs, "rules.0.filter"), { prefix: "us-east-1/" });
    assert.match(textAt(config.inputs, "rules.0.destination.bucket"), /us-west-2-postgres/);
    const policy = recorded.one("aws:iam/rolePolicy:RolePolicy", "vaults-us-east-1-postgres-replication-policy");
    const grants = list(JSON.parse(textAt(policy.inputs, "policy")), "Statement");
    const actions = grants.flatMap((statement) => at(statement, "Action") as string[]);
    assert.ok(
      actions.every((action) => !action.includes("*")),
      actions.join(" "),
    );
    assert.equal(recorded.parentOf(config), "vaults-us-east-1");
  });

  it("leave copies between clouds to the job, round the ring of regions", async () => {
    const { recorded, vaults } = await run([east, west1, west2]);
    assert.deepEqual(
      Object.values(vaults).map((vault) => [vault.region, vault.copies?.redis.region, vault.copiedBy]),
      [
        ["us-east-1", "us-west1", "job"],
        ["us-west1", "us-west-2", "job"],
        ["us-west-2", "us-east-1", "cloud"],
      ],
    );
    assert.equal(recorded.inventory(/BucketReplicationConfig$/).length, 3);
  });

  it("have no copies where there is one region, or where they are not wanted", async () => {
    const one = await run([east]);
    assert.equal(one.vaults["us-east-1"]?.copies, undefined);
    const unwanted = await run([east, west2], { copy: false });
    assert.equal(unwanted.vaults["us-east-1"]?.copies, undefined);
    assert.deepEqual(unwanted.recorded.inventory(/^aws:iam/), []);
  });

  it("of an existing cluster are the buckets that its configuration names", async () => {
    const { recorded, vaults } = await run([
      here,
      { ...here, key: "there", role: "secondary", backupStore: undefined },
    ]);
    assert.deepEqual(recorded.inventory(/^(aws|gcp|random):/), []);
    assert.deepEqual(Object.keys(vaults), ["here"]);
    assert.equal(await known(vaults.here!.buckets.redis.uri), "s3://backups-redis");
    assert.equal(vaults.here!.buckets.redis.endpoint, "http://s3.local:9000");
  });

  it("can be previewed with every computed value unknown", async () => {
    const recorded = await record(
      () =>
        void createVaults("vaults", {
          stack: "production",
          regions: [east, west1].map((region) => regionSchema.parse(region)),
          backups: backupsSchema.parse({}),
          tags: {},
          providers: {},
        }),
      { outputsKnown: false },
    );
    const bucket = recorded.one("aws:s3/bucket:Bucket", "vaults-us-east-1-redis");
    assert.ok(bucket.unknownPaths.includes("bucket"));
  });
});
