import { strict as assert } from "node:assert";
import { join } from "node:path";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { checkIntegrity } from "../../../operations/backup/integrity.js";
import type { BackupJob } from "../../../operations/backup/job.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { createVector, restoreVector, vectorRestorer } from "../../../operations/backup/vector/vector.js";
import { Weaviate, type WeaviateSource } from "../../../operations/backup/vector/weaviate.js";
import { verify } from "../../../operations/backup/verify.js";
import { Damage, drawPlaces } from "../../support/backup/damage.js";
import { count } from "../../support/counts.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";
import {
  callWeaviate,
  renderedEnvironment,
  startTestWeaviate,
  weaviateOnPath,
} from "../../support/servers/weaviate.js";
import { bucket, dataConfig } from "../../support/store-fixtures.js";

const MEMORIES = 300;
const apiKey = "key-of-the-test";

describe("Weaviate backups on an S3 server", function () {
  this.timeout(300_000);
  let folder: string;
  let store: ObjectStore;
  let source: WeaviateSource;
  let catalogue: Catalogue;
  let job: BackupJob;

  before(async function () {
    this.timeout(900_000);
    folder = await temporaryFolder("vector-backup");
    await weaviateOnPath(folder);
    store = await startObjectStore(folder, ["vault"]);
    stops.push(async () => await store.process.stop());
    Object.assign(process.env, store.env);
    const running = await startTestWeaviate(join(folder, "source"), await environment(), { apiKey });
    stops.push(running.stop);
    source = running.source;
    catalogue = new Catalogue(new ObjectStorage(parseRepository("s3://vault/here", store.endpoint)), "vector");
    await fill();
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** What the platform renders for the StatefulSet, with the bucket of this test. */
  const environment = async (): Promise<Record<string, string>> => {
    const vault = { ...bucket("us-east-1", "vector"), endpoint: store.endpoint };
    const rendered = await renderedEnvironment(
      {
        config: dataConfig.vector,
        namespace: "agent-memory",
        storageClass: "encrypted",
        identity: { serviceAccountAnnotations: {} },
        backup: { bucket: vault, path: "here" },
      },
      apiKey,
    );
    return { ...rendered, ...store.env, BACKUP_S3_BUCKET: "vault" };
  };

  const fill = async (): Promise<void> => {
    for (const name of ["Memory", "Episode"]) {
      await callWeaviate(source, "/v1/schema", { class: name, shardingConfig: { desiredCount: 3 } });
      const objects = Array.from({ length: MEMORIES }, (_, index) => ({
        class: name,
        properties: { text: `${name} ${index}`, weight: index / 7 },
        vector: Array.from({ length: 16 }, (__, axis) => Math.sin(index * 16 + axis)),
      }));
      await callWeaviate(source, "/v1/batch/objects", { objects });
    }
  };

  const check = async (): Promise<string> =>
    (await checkIntegrity(catalogue.storage, job.objects ?? [])).problems.join("\n");

  it("are made by its own module under the rendered settings, with counts, a sample and checksums", async () => {
    job = await createVector(catalogue, source);
    assert.deepEqual([job.status, job.kind, job.toolId], ["completed", "full", job.id]);
    assert.equal(job.expect?.["least:Memory"], MEMORIES);
    assert.equal(Object.keys(JSON.parse(String(job.expect["sample:Episode"])) as object).length, 20);
    assert.ok((job.objects?.length ?? 0) >= 4, JSON.stringify(job.objects));
  });

  it("are verified in a scratch Weaviate of as many instances, without a write to the vault", async () => {
    const before = await catalogue.storage.list("");
    const record = await verify(catalogue, vectorRestorer(catalogue));
    assert.deepEqual(record.problems, []);
    assert.deepEqual([record.verified, record.counts], [true, { Episode: MEMORIES, Memory: MEMORIES }]);
    assert.deepEqual(await catalogue.storage.list(""), before);
    process.stdout.write(`      RTO ${record.rtoSeconds ?? "?"} s for ${record.bytes} bytes\n`);
  });

  it("are found out where a byte is flipped, or an object is cut, missing or swapped", async () => {
    const damage = new Damage(join(store.files, "vault", "here"));
    const objects = job.objects ?? [];
    const places = drawPlaces(objects, count(20, 200));
    for (const place of places) {
      const said = await damage.flip(place, check);
      assert.equal(said, `${place.key}: the checksum differs`);
    }
    const [large, other] = [...objects].sort((a, b) => b.bytes - a.bytes);
    assert.ok(large !== undefined && other !== undefined);
    assert.match(await damage.truncate(large.key, 100, check), /100 bytes instead of/);
    assert.match(await damage.remove(large.key, check), /cannot read/);
    assert.equal((await damage.swap(large.key, other.key, check)).split("\n").length, 2);
    assert.equal(await check(), "");
    process.stdout.write(`      ${places.length} flipped bytes: ${places.length} found\n`);
  });

  it("are restored by the target's own module, never over classes that are there, and told from what was written", async () => {
    const full = async (): Promise<unknown> => await restoreVector(job, source);
    await assert.rejects(full, { exitCode: 2, message: "a restore never overwrites" });
    const target = await startTestWeaviate(join(folder, "target"), await environment(), { apiKey });
    stops.push(target.stop);
    const [id = ""] = Object.keys(JSON.parse(String(job.expect?.["sample:Memory"])) as object);
    const expect = { "least:Memory": 301, "most:Episode": 299, "sample:Memory": JSON.stringify({ [id]: "other" }) };
    assert.deepEqual(await restoreVector({ ...job, expect }, target.source), {
      counts: { Episode: MEMORIES, Memory: MEMORIES },
      problems: [
        "Memory: 300 objects, not 301",
        "Episode: 300 objects, not 299",
        `Memory/${id}: the object is missing, or is not what was written`,
      ],
    });
    await target.stop();
  });

  it("fail with Weaviate's own reason, are recorded as failed, and leave the last good one as it was", async () => {
    await assert.rejects(createVector(catalogue, { ...source, apiKey: "wrong" }), { exitCode: 3 });
    await assert.rejects(createVector(catalogue, { url: "http://127.0.0.1:1" }), /does not answer/);
    const statuses = (await catalogue.jobs()).map(({ status }) => status);
    assert.deepEqual(statuses, ["completed", "failed", "failed"]);
    assert.equal(await check(), "");
    assert.deepEqual(await new Weaviate(source).classes(), ["Episode", "Memory"]);
  });
});
