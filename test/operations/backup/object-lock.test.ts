import { strict as assert } from "node:assert";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as s3 from "@aws-sdk/client-s3";
import { runCommand } from "../../../common/command.js";
import { bucketPolicy, keyPolicy, lifecycleRules } from "../../../components/backups/s3-policy.js";
import { backupTable } from "../../../config/backup-table.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { planPrune, prune } from "../../../operations/backup/prune.js";
import { findProgram } from "../../../operations/backup/program.js";
import { createRedis, redisRestorer } from "../../../operations/backup/redis/redis.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { verify } from "../../../operations/backup/verify.js";
import { quick } from "../../support/backup/timing.js";
import { skip } from "../../support/counts.js";
import { callKms, KmsGate } from "../../support/servers/kms-gate.js";
import { startMoto, type Moto } from "../../support/servers/moto.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { RedisServer } from "../../support/servers/redis.js";
import { backupsConfig } from "../../support/store-fixtures.js";
import { requireProgram } from "../../support/servers/programs.js";

const Bucket = "agent-memory-backups-redis";
const plan = backupTable(backupsConfig).redis;

interface PlainRule {
  readonly id: string;
  readonly status: "Enabled";
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
}

/** A rule of the program's as S3 takes it. */
function asRequest({ id, status, ...rule }: PlainRule): s3.LifecycleRule {
  const { abortIncompleteMultipartUpload: abort, noncurrentVersionExpiration: old } = rule;
  return {
    ID: id,
    Status: status,
    Filter: { Prefix: "" },
    ...(abort === undefined
      ? {}
      : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort.daysAfterInitiation } }),
    ...(old === undefined ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: old.noncurrentDays } }),
  };
}

describe("Backups in a vault under object lock, on moto", function () {
  this.timeout(180_000);
  let folder: string;
  let moto: Moto;
  let client: s3.S3Client;
  let keyArn: string;
  let catalogue: Catalogue;
  let server: RedisServer;

  before(async function () {
    this.timeout(600_000);
    for (const [name, program] of [
      ["redis-server", "redis-server"],
      ["barman-cli-cloud", "barman-cloud-wal-archive"],
    ] as const) {
      await requireProgram(this, name, program);
    }
    folder = await temporaryFolder("object-lock");
    await chmod(folder, 0o755);
    const started = await startMoto(folder);
    if ("missing" in started) skip(this, started.missing);
    moto = started;
    stops.push(async () => await moto.process.stop());
    Object.assign(process.env, moto.env);
    client = new s3.S3Client({ endpoint: moto.endpoint, forcePathStyle: true, region: "us-east-1" });
    keyArn = await createKey();
    await createVault();
    catalogue = new Catalogue(new ObjectStorage(parseRepository(`s3://${Bucket}/here`, moto.endpoint)), "redis");
    server = await RedisServer.start(folder, "secret-password");
    stops.push(async () => await server.process.stop());
    await server.ask("debug", "populate", "1000", "key", "100");
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const createKey = async (): Promise<string> => {
    const Policy = JSON.stringify(keyPolicy("aws", "123456789012"));
    const { KeyMetadata } = await callKms(moto, "CreateKey", { Policy });
    return (KeyMetadata as { Arn: string }).Arn;
  };

  /** The vault as the program declares it, from the same plain data. */
  const createVault = async (): Promise<void> => {
    await client.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const algorithm = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn } as const;
    const Rules = [{ ApplyServerSideEncryptionByDefault: algorithm, BucketKeyEnabled: true }];
    await client.send(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    await client.send(
      new s3.PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: plan.lockDays } },
        },
      }),
    );
    const policy = JSON.stringify(bucketPolicy(`arn:aws:s3:::${Bucket}`, keyArn));
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: policy }));
    // moto reads a policy's grammar and ignores its conditions: in force, this one would deny everything.
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    const rules = JSON.parse(JSON.stringify(lifecycleRules(plan))) as PlainRule[];
    await client.send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: rules.map(asRequest) },
      }),
    );
  };

  const kms =
    (action: string): (() => Promise<unknown>) =>
    async () =>
      await callKms(moto, action, { KeyId: keyArn.split("/")[1] });

  const versionsOf = async (Prefix: string): Promise<s3.ObjectVersion[]> =>
    (await client.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix }))).Versions ?? [];

  it("the platform's own writer is let in, its objects are locked and encrypted with the vault's key", async () => {
    const job = await createRedis(catalogue, server.source);
    const Key = `here/${job.objects?.[0]?.key ?? ""}`;
    const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
    assert.deepEqual(
      [head.ServerSideEncryption, head.SSEKMSKeyId, head.ObjectLockMode],
      ["aws:kms", keyArn, "GOVERNANCE"],
    );
    const days = ((head.ObjectLockRetainUntilDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    assert.ok(days > plan.lockDays - 0.1 && days <= plan.lockDays, `${days} days`);
    assert.deepEqual((await verify(catalogue, redisRestorer(catalogue))).problems, []);
  });

  it("prune under lock hides what is old, destroys nothing, and leaves a version that nobody may delete yet", async () => {
    const old = (await catalogue.jobs()).at(-1);
    const newest = await createRedis(catalogue, server.source);
    const jobs = await catalogue.jobs();
    await prune(catalogue, planPrune(jobs, { retentionDays: 7, now: new Date(Date.now() + 30 * 86_400_000) }));
    assert.deepEqual(
      (await catalogue.jobs()).map(({ id }) => id),
      [newest.id],
    );
    const Key = `here/${old?.objects?.[0]?.key ?? ""}`;
    const [version] = await versionsOf(Key);
    assert.ok(version?.VersionId !== undefined, "the version is gone");
    const removal = { Bucket, Key, VersionId: version.VersionId };
    await assert.rejects(client.send(new s3.DeleteObjectCommand(removal)), { name: "AccessDenied" });
    const answer = await client.send(new s3.GetObjectCommand(removal));
    assert.equal((await answer.Body?.transformToByteArray())?.length, old?.bytes);
  });

  it("a KMS key that is disabled, about to be deleted or not ours to use: told by name, and no backup", async () => {
    const gate = await KmsGate.open(moto, keyArn);
    try {
      const behind = new Catalogue(new ObjectStorage(parseRepository(`s3://${Bucket}/here`, gate.url)), "redis", quick);
      const good = (await catalogue.jobs()).filter(({ status }) => status === "completed");
      const faults: readonly [() => Promise<unknown>, () => Promise<unknown>, RegExp][] = [
        [kms("DisableKey"), kms("EnableKey"), /is disabled/],
        [
          kms("ScheduleKeyDeletion"),
          async () => await kms("CancelKeyDeletion")().then(kms("EnableKey")),
          /is pending deletion/,
        ],
        [
          async () => await Promise.resolve((gate.permitted = false)),
          async () => await Promise.resolve((gate.permitted = true)),
          /not authorized to perform: kms:GenerateDataKey/,
        ],
      ];
      for (const [break_, mend, reason] of faults) {
        await break_();
        // Nothing at all can be written then, the record of a failure neither.
        await assert.rejects(createRedis(behind, server.source), { exitCode: 3, message: reason });
        await mend();
        gate.before = async (path) => {
          if (path.endsWith(".rdb")) await break_();
        };
        await assert.rejects(createRedis(behind, server.source), { exitCode: 3, message: reason });
        gate.before = undefined;
        await mend();
        await sleep(2 * quick.patienceMs);
        const jobs = await behind.jobs();
        assert.equal(jobs.at(-1)?.status, "failed");
        assert.deepEqual(
          jobs.filter(({ status }) => status === "completed"),
          good,
        );
      }
    } finally {
      await gate.close();
    }
  });

  it("barman-cloud's WAL archiver is let in", async () => {
    const segment = join(folder, "000000010000000000000001");
    await writeFile(segment, Buffer.alloc(16 << 20, "wal"));
    const where = ["--endpoint-url", moto.endpoint, `s3://${Bucket}/here`, "postgres", segment];
    await runCommand(findProgram("barman-cloud-wal-archive"), ["--gzip", ...where]);
    assert.equal((await versionsOf("here/postgres/wals/")).length, 1);
  });

  it("boto3 of today is let in with the checksums that the rendered plugin asks for, and refused without", async () => {
    const upload = async (when: string): Promise<string> => {
      const script = `import boto3, io; boto3.client("s3", endpoint_url="${moto.endpoint}", region_name="us-east-1").put_object(Bucket="${Bucket}", Key="boto", Body=b"x")`;
      const env = { AWS_REQUEST_CHECKSUM_CALCULATION: when, AWS_RESPONSE_CHECKSUM_VALIDATION: when };
      const { exitCode, stderr } = await runCommand(moto.python, ["-c", script], { env, allowExitCodes: [1] });
      return exitCode === 0 ? "" : stderr;
    };
    assert.equal(await upload("when_supported"), "");
    assert.match(await upload("when_required"), /Content-MD5|checksum/i);
  });
});
