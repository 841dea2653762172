import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { runCommand } from "../../../common/command.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import type { BackupJob } from "../../../operations/backup/job.js";
import { createRedis, redisRestorer, restoreRedis } from "../../../operations/backup/redis/redis.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { verify } from "../../../operations/backup/verify.js";
import { smallFileSystem } from "../../support/backup/small-file-system.js";
import { quick } from "../../support/backup/timing.js";
import { count } from "../../support/counts.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { Wire } from "../../support/servers/proxy.js";
import { RedisServer } from "../../support/servers/redis.js";
import { requireProgram } from "../../support/servers/programs.js";
import { killBackup } from "../../support/backup/killed-backup.js";

describe("Backups under faults", function () {
  this.timeout(count(300_000, 2_400_000));
  let folder: string;
  let store: ObjectStore;
  let server: RedisServer;
  let wire: Wire;
  /** The store's records as they are, and as a client behind the wire sees them. */
  let catalogue: Catalogue;
  let behindWire: Catalogue;
  let good: BackupJob;

  const catalogueAt = (endpoint: string, repository = "s3://vault/here"): Catalogue =>
    new Catalogue(new ObjectStorage(parseRepository(repository, endpoint)), "redis", quick);

  before(async function () {
    this.timeout(600_000);
    await requireProgram(this, "redis-server");
    folder = await temporaryFolder("faults");
    store = await startObjectStore(folder, ["vault"]);
    stops.push(async () => await store.process.stop());
    Object.assign(process.env, store.env);
    wire = await Wire.to(store.endpoint);
    stops.push(async () => await wire.close());
    catalogue = catalogueAt(store.endpoint);
    behindWire = catalogueAt(wire.url);
    server = await RedisServer.start(folder, "secret-password");
    stops.push(async () => await server.process.stop());
    // A dump of several parts: uncompressed, twelve megabytes.
    await server.ask("config", "set", "rdbcompression", "no");
    await server.ask("debug", "populate", "100000", "key", "100");
    good = await createRedis(catalogue, server.source);
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** After any fault: nothing new calls itself good, every failure is recorded as one, and the last good one restores. */
  const unharmed = async (newest: BackupJob = good): Promise<void> => {
    const jobs = await catalogue.jobs();
    assert.deepEqual(
      jobs.filter(({ status }) => status === "running"),
      [],
    );
    assert.equal(jobs.filter(({ status }) => status === "completed").at(-1)?.id, newest.id);
    const record = await verify(catalogue, redisRestorer(catalogue));
    assert.deepEqual([record.backup, record.problems], [newest.id, []]);
  };

  it("network cut in mid-upload: the job fails, is shown as failed, and leaves no object", async () => {
    const before = await catalogue.storage.list("redis/");
    wire.cutAfter(6_000_000);
    await assert.rejects(createRedis(behindWire, server.source), { exitCode: 4, message: /cannot upload/ });
    wire.mend();
    await sleep(2 * quick.patienceMs);
    const failed = (await catalogue.jobs()).at(-1);
    assert.deepEqual([failed?.status, failed?.error], ["failed", "it was killed, or its machine was lost"]);
    assert.deepEqual(await catalogue.storage.list("redis/"), before);
    await unharmed();
  });

  it("disk full while dumping, and while restoring: an error that says so, and nothing left behind", async function () {
    const small = await smallFileSystem(this, join(folder, "small"), 4);
    const { TMPDIR } = process.env;
    try {
      process.env.TMPDIR = small;
      await assert.rejects(createRedis(catalogue, server.source), /no space left in/);
      const failed = (await catalogue.jobs()).at(-1);
      assert.deepEqual([failed?.status, /No space left/i.test(failed?.error ?? "")], ["failed", true], failed?.error);
      const target = join(small, "restored");
      await assert.rejects(restoreRedis(catalogue, good, target), { exitCode: 4, message: /ENOSPC/ });
      assert.ok(!existsSync(target));
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      await runCommand("umount", [small]);
    }
    await unharmed();
  });

  it("two at once: the second is refused while the first lives, in whichever process it runs", async () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const first = catalogue.run("full", async () => {
      await ended;
      return { objects: good.objects ?? [], expect: good.expect ?? {} };
    });
    await sleep(quick.heartbeatMs);
    await assert.rejects(createRedis(catalogueAt(store.endpoint), server.source), {
      exitCode: 4,
      message: /another backup of redis is running: redis_/,
    });
    end();
    const done = await first;
    await unharmed(done);
    await catalogue.forget(done.id);
  });

  it("killed at any moment: what is not finished is shown as failed, and the next backup takes over", async () => {
    const moments = fc.sample(fc.nat(1500), { seed: 6, numRuns: count(3, 30) });
    let newest = good;
    let finished = 0;
    for (const moment of moments) {
      const args = ["redis", store.endpoint, String(server.source.port), server.source.password];
      await killBackup(args, moment);
      const last = (await catalogue.jobs()).filter(({ status }) => status === "completed").at(-1);
      if (last !== undefined && last.id !== newest.id) {
        finished += 1;
        newest = last;
      }
      await unharmed(newest);
    }
    good = await createRedis(catalogue, server.source);
    await unharmed();
    process.stdout.write(
      `      killed ${moments.length} times, of which ${finished} after the end: 0 partial as good\n`,
    );
  });

  it("bucket missing, access denied, wrong key, nobody's key: each has its reason and exit code", async () => {
    await assert.rejects(createRedis(catalogueAt(store.endpoint, "s3://absent/here"), server.source), {
      exitCode: 4,
      message: /absent/,
    });
    const keys = [{ AWS_SECRET_ACCESS_KEY: "wrong" }, { AWS_ACCESS_KEY_ID: "nobody" }, store.strangerEnv];
    for (const wrong of keys) {
      Object.assign(process.env, wrong);
      await assert.rejects(createRedis(catalogueAt(store.endpoint), server.source), { exitCode: 3 });
      Object.assign(process.env, store.env);
    }
    await unharmed();
  });
});
