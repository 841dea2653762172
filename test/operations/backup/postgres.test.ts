import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { Catalogue } from "../../../operations/backup/catalogue.js";
import { createFull, createIncremental } from "../../../operations/backup/postgres/create.js";
import { recoveryWindow, restorePostgres } from "../../../operations/backup/postgres/restore.js";
import { query, queryValue } from "../../../operations/backup/postgres/source.js";
import { startArchivedPostgres } from "../../support/backup/archived-postgres.js";
import { count } from "../../support/counts.js";
import { type ObjectStore } from "../../support/servers/object-store.js";
import type { PostgresServer } from "../../support/servers/postgres.js";

describe("PostgreSQL backups on an S3 server", function () {
  this.timeout(count(400_000, 2_400_000));
  let folder: string;
  let store: ObjectStore;
  let server: PostgresServer;
  let catalogue: Catalogue;

  before(async function () {
    this.timeout(600_000);
    ({ folder, store, server, catalogue, stop } = await startArchivedPostgres(this, "backup"));
    Object.assign(process.env, store.env);
    await server.sql(
      "CREATE TABLE numbered (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())",
    );
  });

  let stop: (() => Promise<void>) | undefined;
  after(async () => await stop?.());

  it("creates a full backup whose record says what, when, where and with which checksums", async () => {
    await server.sql("INSERT INTO numbered SELECT FROM generate_series(1, 1000)");
    const job = await createFull(catalogue, { source: server.source });
    assert.match(job.id, /^postgres_\d{8}_\d{6}$/);
    assert.deepEqual([job.status, job.kind, job.location], ["completed", "full", "s3://vault/here"]);
    assert.ok(job.objects !== undefined && job.objects.length >= 3);
    assert.equal(
      job.bytes,
      job.objects.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    assert.deepEqual(
      (await catalogue.jobs()).map(({ id }) => id),
      [job.id],
    );
  });

  it("restores to a point in time what was committed before it, and nothing after, with the server killed", async () => {
    const times: { readonly at: Date; readonly rows: number }[] = [];
    for (let step = 0; step < count(3, 20); step += 1) {
      await server.sql("INSERT INTO numbered SELECT FROM generate_series(1, 50)");
      const [[rows = ""] = []] = await server.sql("SELECT count(*) FROM numbered");
      await new Promise((resolve) => setTimeout(resolve, 50));
      times.push({ at: new Date(), rows: Number(rows) });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await server.sql("INSERT INTO numbered SELECT FROM generate_series(1, 7)");
    const increment = await createIncremental(catalogue, { source: server.source });
    assert.equal(increment.kind, "incremental");
    await server.kill();
    for (const [index, { at, rows }] of times.entries()) {
      const target = join(folder, `restore-${index}`);
      const restored = await restorePostgres(catalogue, { target, to: at });
      try {
        assert.equal(Number(await queryValue(restored.server.source, "SELECT count(*) FROM numbered")), rows);
        const extra = await query(restored.server.source, `SELECT id FROM numbered WHERE at > '${at.toISOString()}'`);
        assert.deepEqual(extra, []);
      } finally {
        await restored.server.stop();
      }
    }
    process.stdout.write(`      ${times.length} points in time: 0 rows lost, 0 extra\n`);
    await server.start();
  });

  it("lists, and would restore, a base backup that has no record of ours, as CloudNativePG's have none", async () => {
    const [full] = await catalogue.jobs();
    assert.ok(full !== undefined);
    await catalogue.forget(full.id);
    const [foreign] = await catalogue.jobs();
    assert.deepEqual(
      [foreign?.toolId, foreign?.status, foreign?.kind, foreign?.wal?.from, foreign?.objects],
      [full.toolId, "completed", "full", full.wal?.from, undefined],
    );
    await catalogue.write(full);
    assert.deepEqual((await catalogue.jobs())[0], full);
  });

  it("refuses a time outside the window, and says what the window is", async () => {
    const window = await recoveryWindow(catalogue);
    assert.ok(window !== undefined);
    for (const to of [new Date(0), new Date(Date.now() + 3_600_000)]) {
      await assert.rejects(restorePostgres(catalogue, { target: join(folder, "never"), to }), {
        exitCode: 2,
        faults: [
          {
            path: "--to",
            received: to.toISOString(),
            rule: `must be between ${window.from} and ${window.to}`,
            fix: "choose a time inside it, or leave --to out for its end",
          },
        ],
      });
    }
  });

  it("refuses to restore onto a folder that holds anything", async () => {
    await assert.rejects(restorePostgres(catalogue, { target: folder }), { exitCode: 2 });
  });
});
