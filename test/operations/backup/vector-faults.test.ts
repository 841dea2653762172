import { strict as assert } from "node:assert";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import type { BackupJob } from "../../../operations/backup/job.js";
import { planPruneOf, prune } from "../../../operations/backup/prune.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { startWeaviate, type ScratchWeaviate } from "../../../operations/backup/vector/scratch.js";
import { createVector, vectorRestorer } from "../../../operations/backup/vector/vector.js";
import type { WeaviateSource } from "../../../operations/backup/vector/weaviate.js";
import { verify } from "../../../operations/backup/verify.js";
import { smallFileSystem } from "../../support/backup/small-file-system.js";
import { quick } from "../../support/backup/timing.js";
import { count, skip, soak } from "../../support/counts.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { Wire } from "../../support/servers/proxy.js";
import { callWeaviate, weaviateOnPath } from "../../support/servers/weaviate.js";
import { killBackup } from "../../support/backup/killed-backup.js";

const apiKey = "key-of-the-test";
const OBJECTS = 2000;
const DAY_MS = 86_400_000;

describe("Weaviate backups under faults", function () {
  this.timeout(count(300_000, 2_400_000));
  let folder: string;
  let store: ObjectStore;
  /** Between Weaviate and the bucket, and between the job and Weaviate. */
  let toBucket: Wire;
  let toWeaviate: Wire;
  let weaviate: ScratchWeaviate;
  let source: WeaviateSource;
  let catalogue: Catalogue;
  let good: BackupJob;

  before(async function () {
    this.timeout(900_000);
    folder = await temporaryFolder("vector-faults");
    await weaviateOnPath(folder);
    store = await startObjectStore(folder, ["vault"]);
    stops.push(async () => await store.process.stop());
    Object.assign(process.env, store.env);
    toBucket = await Wire.to(store.endpoint);
    stops.push(async () => await toBucket.close());
    // Weaviate is somebody of whom the S3 server can think otherwise later.
    await store.giveBucket("vault", store.strangerEnv.AWS_ACCESS_KEY_ID ?? "");
    weaviate = await startWeaviate(["vector-0"], {
      at: join(folder, "source"),
      env: environment(),
      source: { apiKey },
    });
    stops.push(async () => await weaviate.stop());
    toWeaviate = await Wire.to(weaviate.source.url);
    stops.push(async () => await toWeaviate.close());
    source = { ...weaviate.source, patienceMs: 2000 };
    catalogue = new Catalogue(new ObjectStorage(parseRepository("s3://vault/here", store.endpoint)), "vector", quick);
    await fill();
    good = await createVector(catalogue, source);
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const environment = (): Record<string, string> => ({
    ...store.strangerEnv,
    AWS_REGION: "us-east-1",
    ENABLE_MODULES: "backup-s3",
    BACKUP_S3_BUCKET: "vault",
    BACKUP_S3_PATH: "here",
    BACKUP_S3_ENDPOINT: new URL(toBucket.url).host,
    BACKUP_S3_USE_SSL: "false",
    AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "false",
    AUTHENTICATION_APIKEY_ENABLED: "true",
    AUTHENTICATION_APIKEY_ALLOWED_KEYS: apiKey,
    AUTHENTICATION_APIKEY_USERS: "agent",
    AUTHORIZATION_ADMINLIST_ENABLED: "true",
    AUTHORIZATION_ADMINLIST_USERS: "agent",
  });

  /** A megabyte that does not compress. */
  const fill = async (): Promise<void> => {
    await callWeaviate(source, "/v1/schema", { class: "Memory" });
    const objects = Array.from({ length: OBJECTS }, (_, index) => ({
      class: "Memory",
      properties: { text: `memory ${index}` },
      vector: Array.from({ length: 64 }, () => Math.random()),
    }));
    await callWeaviate(source, "/v1/batch/objects", { objects });
  };

  /** After any fault: it is recorded as failed with its reason, nothing new is good, and the last good one is whole. */
  const failed = async (reason: RegExp, after: number): Promise<void> => {
    const jobs = await catalogue.jobs();
    assert.equal(jobs.length, after + 1);
    assert.equal(jobs.at(-1)?.status, "failed");
    assert.match(jobs.at(-1)?.error ?? "", reason);
    assert.deepEqual(
      jobs.filter(({ status }) => status === "running"),
      [],
    );
    assert.equal(jobs.filter(({ status }) => status === "completed").at(-1)?.id, good.id);
  };

  /** Weaviate makes one backup at a time, and goes on trying for a while after its network was cut. */
  const again = async (): Promise<void> => {
    good = await poll(async () => await createVector(catalogue, source), {
      what: "Weaviate to take the next backup",
      intervalMs: 1000,
      timeoutMs: 120_000,
    });
  };

  it("network cut between the job and Weaviate: the same, whatever Weaviate makes of it", async () => {
    const jobs = (await catalogue.jobs()).length;
    const behindWire = { ...source, url: toWeaviate.url };
    // Enough for the order to begin, not for the first question how it goes.
    const onStep = (what: string): void => {
      if (what.startsWith("uploading")) toWeaviate.cutAfter(500);
    };
    await assert.rejects(createVector(catalogue, behindWire, onStep), { exitCode: 4, message: /does not answer/ });
    toWeaviate.mend();
    await failed(/state has been unknown for \d+ s: Weaviate at .* does not answer/, jobs);
    await again();
  });

  it("access denied to Weaviate: its own reason, recorded; the job's bucket missing: told by name", async () => {
    const jobs = (await catalogue.jobs()).length;
    await store.giveBucket("vault", store.env.AWS_ACCESS_KEY_ID ?? "");
    await assert.rejects(createVector(catalogue, source), { exitCode: 4, message: /Access Denied/i });
    await store.giveBucket("vault", store.strangerEnv.AWS_ACCESS_KEY_ID ?? "");
    await failed(/Access Denied/i, jobs);
    const absent = new Catalogue(new ObjectStorage(parseRepository("s3://absent/here", store.endpoint)), "vector");
    await assert.rejects(createVector(absent, source), { exitCode: 4, message: /absent/ });
  });

  it("two at once: the second is refused while the first lives", async () => {
    const first = createVector(catalogue, source);
    await sleep(quick.heartbeatMs);
    await assert.rejects(createVector(catalogue, source), {
      exitCode: 4,
      message: /another backup of vector is running/,
    });
    good = await first;
  });

  it("killed at any moment: what is not finished is no backup, and the next one takes over", async () => {
    const moments = fc.sample(fc.integer({ min: 100, max: 2500 }), { seed: 6, numRuns: count(2, 20) });
    for (const moment of moments) {
      const before = (await catalogue.jobs()).filter(({ status }) => status === "completed");
      const args = ["vector", store.endpoint, new URL(source.url).port, apiKey];
      await killBackup(args, moment);
      const jobs = await catalogue.jobs();
      assert.deepEqual(
        jobs.filter(({ status }) => status === "running"),
        [],
      );
      for (const job of jobs.filter(({ status }) => status === "completed").slice(before.length)) {
        assert.deepEqual((await verify(catalogue, vectorRestorer(catalogue), { backup: job.id })).problems, []);
      }
    }
    await again();
    process.stdout.write(`      killed ${moments.length} times: 0 partial as good\n`);
  });

  it("disk full while verifying: the answer says so, and the backup stays", async function () {
    const small = await smallFileSystem(this, join(folder, "small"), 1);
    try {
      const record = await verify(catalogue, vectorRestorer(catalogue), { scratch: small });
      assert.equal(record.verified, false);
      assert.match(record.problems.join(), /no space left/i);
    } finally {
      await runCommand("umount", [small]);
    }
  });

  it("network cut in mid-upload, for good: the job ends with the reason", async function () {
    if (!soak) skip(this, "Weaviate takes most of a minute to give up: at full counts");
    const jobs = (await catalogue.jobs()).length;
    toBucket.cutAfter(300_000);
    const reason = /state has been unknown for \d+ s|failed: /;
    await assert.rejects(createVector(catalogue, source), { exitCode: 4, message: reason });
    toBucket.mend();
    await failed(reason, jobs);
    // Weaviate itself goes on trying for most of a minute.
    await again();
  });

  it("after all of it the last good backup is verified, and prune takes what the others left", async () => {
    await prune(catalogue, await planPruneOf(catalogue, 14, new Date(Date.now() + 40 * DAY_MS)));
    const kept = (await catalogue.storage.list("")).filter(({ key }) => !key.startsWith("catalogue/"));
    assert.deepEqual([...new Set(kept.map(({ key }) => key.split("/")[0]))], [good.id]);
    const record = await verify(catalogue, vectorRestorer(catalogue));
    assert.deepEqual([record.backup, record.problems, record.counts], [good.id, [], { Memory: OBJECTS }]);
  });
});
