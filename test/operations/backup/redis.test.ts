import { strict as assert } from "node:assert";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { copyAll } from "../../../operations/backup/copy.js";
import { planPrune, prune } from "../../../operations/backup/prune.js";
import { createRedis, redisRestorer, restoreRedis } from "../../../operations/backup/redis/redis.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { verify } from "../../../operations/backup/verify.js";
import { count } from "../../support/counts.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { RedisServer } from "../../support/servers/redis.js";
import { requireProgram } from "../../support/servers/programs.js";

describe("Redis backups on an S3 server", function () {
  this.timeout(120_000);
  let folder: string;
  let store: ObjectStore;
  let server: RedisServer;
  let catalogue: Catalogue;

  before(async function () {
    this.timeout(600_000);
    await requireProgram(this, "redis-server");
    folder = await temporaryFolder("redis-backup");
    store = await startObjectStore(folder, ["vault", "other"]);
    stops.push(async () => await store.process.stop());
    Object.assign(process.env, store.env);
    catalogue = new Catalogue(new ObjectStorage(parseRepository("s3://vault/here", store.endpoint)), "redis");
    server = await RedisServer.start(folder, "secret-password");
    stops.push(async () => await server.process.stop());
    await server.ask("debug", "populate", "5000", "key", "100");
    await server.ask("set", "short", "lived", "px", "1");
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const dump = async (): Promise<string> => {
    const job = (await catalogue.jobs()).at(-1);
    return join(store.files, "vault", "here", job?.objects?.[0]?.key ?? "");
  };

  it("dump, check, upload, and verify by loading the dump", async () => {
    const job = await createRedis(catalogue, server.source);
    assert.deepEqual([job.status, job.kind, job.objects?.length], ["completed", "full", 1]);
    const record = await verify(catalogue, redisRestorer(catalogue));
    assert.deepEqual(record.problems, []);
    assert.deepEqual([record.verified, record.counts, record.backup], [true, { keys: 5000 }, job.id]);
  });

  it("restore into a new folder from which Redis starts with its append-only file", async () => {
    const target = join(folder, "restored");
    const job = (await catalogue.jobs()).at(-1)!;
    assert.deepEqual(await restoreRedis(catalogue, job, target), { keys: 5000, problems: [] });
    assert.ok((await readdir(target)).includes("appendonlydir"));
    const again = await RedisServer.start(target, "other");
    assert.equal(await again.ask("dbsize"), "5000");
    await again.process.stop();
    await assert.rejects(restoreRedis(catalogue, job, target), { exitCode: 2, message: "a restore never overwrites" });
  });

  it("find a flipped byte at any place, a truncated, a missing and a swapped object", async () => {
    const file = await dump();
    const good = await readFile(file);
    const problems = async (): Promise<readonly string[]> =>
      (await verify(catalogue, redisRestorer(catalogue))).problems;
    const flips = count(20, 200);
    for (let index = 0; index < flips; index += 1) {
      const bad = Buffer.from(good);
      const at = Math.floor((index / flips) * bad.length);
      bad[at] = (bad[at] ?? 0) ^ 0xff;
      await writeFile(file, bad);
      assert.match((await problems()).join(), /the checksum differs/, `byte ${at}`);
    }
    await truncate(file, 100);
    assert.match((await problems()).join(), /100 bytes instead of/);
    await writeFile(file, Buffer.concat([good.subarray(1), good.subarray(0, 1)]));
    assert.match((await problems()).join(), /the checksum differs/);
    await rm(file);
    assert.match((await problems()).join(), /cannot read/);
    await writeFile(file, good);
    assert.deepEqual(await problems(), []);
    process.stdout.write(`      ${flips} flipped bytes: ${flips} found\n`);
  });

  it("record a failure and leave the last good backup untouched", async () => {
    const before = (await catalogue.jobs()).filter(({ status }) => status === "completed");
    const away = { host: "127.0.0.1", port: 1, password: "x" };
    await assert.rejects(createRedis(catalogue, away));
    const jobs = await catalogue.jobs();
    assert.equal(jobs.at(-1)?.status, "failed");
    assert.match(jobs.at(-1)?.error ?? "", /redis-cli/);
    assert.deepEqual(
      jobs.filter(({ status }) => status === "completed"),
      before,
    );
    assert.equal((await verify(catalogue, redisRestorer(catalogue))).verified, true);
  });

  it("copy to another bucket what is new, take away what was pruned, and never follow an emptied source", async () => {
    const copy = new ObjectStorage(parseRepository("s3://other/here", store.endpoint));
    const first = await copyAll(catalogue.storage, copy);
    // The dump, its record and that of the job that failed; a lock is about the bucket that it is in.
    assert.deepEqual([first.copied, first.removed, first.unchanged], [3, 0, 0]);
    assert.deepEqual((await copyAll(catalogue.storage, copy)).copied, 0);
    const copied = new Catalogue(copy, "redis");
    assert.equal((await verify(copied, redisRestorer(copied))).verified, true);
    const nothing = new ObjectStorage(parseRepository("s3://vault/nothing", store.endpoint));
    assert.deepEqual(await copyAll(nothing, copy), { copied: 0, bytes: 0, removed: 0, unchanged: 0 });
  });

  it("prune what is too old, but never the newest good backup", async () => {
    const jobs = await catalogue.jobs();
    const newest = jobs.filter(({ status }) => status === "completed").at(-1);
    const plan = planPrune(jobs, { retentionDays: 7, now: new Date(Date.now() + 365 * 86_400_000) });
    assert.deepEqual(plan.keep, [newest]);
    await prune(catalogue, plan);
    assert.deepEqual(await catalogue.jobs(), [newest]);
    assert.equal((await catalogue.storage.list("redis/")).length, 1);
    assert.equal((await verify(catalogue, redisRestorer(catalogue))).verified, true);
  });

  it("name what refuses: a wrong password or none, a wrong key, a missing bucket", async () => {
    for (const [password, reason] of [
      ["wrong", /refuses us: WRONGPASS/],
      [undefined, /refuses us: NOAUTH/],
    ] as const) {
      const { host, port } = server.source;
      const source = { host, port, ...(password === undefined ? {} : { password }) };
      await assert.rejects(createRedis(catalogue, source), { exitCode: 3, message: reason });
      const last = (await catalogue.jobs()).at(-1);
      assert.equal(last?.status, "failed");
      assert.match(last.error ?? "", reason);
    }
    const missing = new Catalogue(new ObjectStorage(parseRepository("s3://absent/here", store.endpoint)), "redis");
    await assert.rejects(createRedis(missing, server.source), { exitCode: 4 });
    process.env.AWS_SECRET_ACCESS_KEY = "wrong";
    const denied = new Catalogue(new ObjectStorage(parseRepository("s3://vault/here", store.endpoint)), "redis");
    await assert.rejects(createRedis(denied, server.source), { exitCode: 3 });
    Object.assign(process.env, store.env);
  });
});
