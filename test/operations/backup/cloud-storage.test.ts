import { strict as assert } from "node:assert";
import { Readable } from "node:stream";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { copyAll } from "../../../operations/backup/copy.js";
import { checkIntegrity } from "../../../operations/backup/integrity.js";
import { planPruneOf, prune } from "../../../operations/backup/prune.js";
import { createRedis, redisRestorer } from "../../../operations/backup/redis/redis.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { verify } from "../../../operations/backup/verify.js";
import { startCloudStorage, type CloudStorage } from "../../support/servers/cloud-storage.js";
import { startObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { RedisServer } from "../../support/servers/redis.js";
import { requireProgram } from "../../support/servers/programs.js";

describe("Backups on a Cloud Storage server", function () {
  this.timeout(180_000);
  let cloud: CloudStorage;
  let storage: ObjectStorage;
  let server: RedisServer;
  let folder: string;

  before(async function () {
    this.timeout(600_000);
    await requireProgram(this, "redis-server");
    folder = await temporaryFolder("cloud-storage");
    cloud = await startCloudStorage(folder, ["vault"]);
    stops.push(async () => await cloud.process.stop());
    storage = new ObjectStorage(parseRepository("gs://vault/here", cloud.endpoint));
    server = await RedisServer.start(folder, "secret-password");
    stops.push(async () => await server.process.stop());
    await server.ask("debug", "populate", "2000", "key", "100");
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  it("objects are written, listed below their path only, read back and removed", async () => {
    const content = Buffer.alloc(9_000_000, "content ");
    const { bytes, sha256 } = await storage.upload("some/object", Readable.from([content]));
    assert.equal(bytes, content.length);
    assert.deepEqual(await storage.checksum("some/object"), { bytes, sha256 });
    await new ObjectStorage(parseRepository("gs://vault/elsewhere", cloud.endpoint)).writeText("some/object", "other");
    assert.deepEqual(
      (await storage.list("some/")).map(({ key, bytes: size }) => [key, size]),
      [["some/object", content.length]],
    );
    assert.deepEqual((await checkIntegrity(storage, [{ key: "some/object", bytes, sha256 }])).problems, []);
    await storage.remove("some/object");
    await storage.remove("some/object");
    assert.deepEqual(await storage.list("some/"), []);
  });

  it("the conditions that keep two jobs apart hold: only new, and only the version that was read", async () => {
    assert.equal(await storage.writeText("lock", "one", true), true);
    assert.equal(await storage.writeText("lock", "two", true), false);
    const seen = await storage.readVersion("lock");
    assert.equal(seen?.text, "one");
    assert.ok((await storage.swap("lock", "three", seen.version)) !== undefined);
    assert.equal(await storage.swap("lock", "four", seen.version), undefined);
    assert.equal(await storage.readText("lock"), "three");
    assert.equal(await storage.readVersion("nothing"), undefined);
    await storage.remove("lock");
  });

  it("Redis: create, verify, copy to S3 and verify there, prune", async () => {
    const catalogue = new Catalogue(storage, "redis");
    const first = await createRedis(catalogue, server.source);
    const second = await createRedis(catalogue, server.source);
    const record = await verify(catalogue, redisRestorer(catalogue));
    assert.deepEqual([record.backup, record.problems, record.counts], [second.id, [], { keys: 2000 }]);
    const s3 = await startObjectStore(folder, ["vault"]);
    stops.push(async () => await s3.process.stop());
    Object.assign(process.env, s3.env);
    const copy = new Catalogue(new ObjectStorage(parseRepository("s3://vault/here", s3.endpoint)), "redis");
    assert.equal((await copyAll(storage, copy.storage)).copied, 4);
    assert.deepEqual((await verify(copy, redisRestorer(copy))).problems, []);
    await prune(catalogue, await planPruneOf(catalogue, 7, new Date(Date.now() + 30 * 86_400_000)));
    assert.deepEqual(
      (await catalogue.jobs()).map(({ id }) => id),
      [second.id],
    );
    assert.ok(first.id < second.id);
  });

  it("a missing bucket and a missing object are told by name", async () => {
    const absent = new ObjectStorage(parseRepository("gs://absent/here", cloud.endpoint));
    await assert.rejects(createRedis(new Catalogue(absent, "redis"), server.source), {
      exitCode: 4,
      message: /gs:\/\/absent\/here/,
    });
    await assert.rejects(storage.readText("nothing"), { exitCode: 4, message: /gs:\/\/vault\/here\/nothing/ });
  });
});
