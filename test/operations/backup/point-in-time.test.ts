import { strict as assert } from "node:assert";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Catalogue } from "../../../operations/backup/catalogue.js";
import { checkIntegrity } from "../../../operations/backup/integrity.js";
import type { BackupJob } from "../../../operations/backup/job.js";
import { postgresRestorer } from "../../../operations/backup/postgres/check.js";
import { createFull, createIncremental } from "../../../operations/backup/postgres/create.js";
import { restorePostgres } from "../../../operations/backup/postgres/restore.js";
import { query, queryValue } from "../../../operations/backup/postgres/source.js";
import { startArchivedPostgres } from "../../support/backup/archived-postgres.js";
import { Damage, drawPlaces } from "../../support/backup/damage.js";
import { count } from "../../support/counts.js";
import { startLoad } from "../../support/servers/load.js";
import { type ObjectStore } from "../../support/servers/object-store.js";
import type { PostgresServer } from "../../support/servers/postgres.js";
import { ArchiveStandby } from "../../support/servers/standby.js";

/** Seconds of `archive_timeout`: the default of a minute at full counts. */
const ARCHIVE_TIMEOUT = count(10, 60);
/** A segment is on its way at the latest then. */
const LOAD_MS = (ARCHIVE_TIMEOUT + 10) * 1000;
const RATE = 40;
const RPO_SECONDS = 300;

describe("PostgreSQL under load, damaged and lost", function () {
  this.timeout(900_000);
  let folder: string;
  let store: ObjectStore;
  let server: PostgresServer;
  let standby: ArchiveStandby;
  let catalogue: Catalogue;
  let full: BackupJob;
  let load: Awaited<ReturnType<typeof startLoad>>;
  let began = 0;
  let beganAt = "";
  let killed: Date;

  before(async function () {
    this.timeout(900_000);
    const stand = await startArchivedPostgres(this, "point-in-time");
    ({ folder, store, server, catalogue } = stand);
    const { address } = stand;
    stops.push(stand.stop);
    Object.assign(process.env, store.env);
    await server.sql(
      "CREATE TABLE numbered (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), noise text)",
    );
    await server.sql("INSERT INTO numbered (noise) SELECT md5(n::text) FROM generate_series(1, 20000) AS n");
    await server.sql(`ALTER SYSTEM SET archive_timeout = ${ARCHIVE_TIMEOUT}`);
    await server.sql("SELECT pg_reload_conf()");
    full = await createFull(catalogue, { source: server.source });
    standby = await ArchiveStandby.restore(join(folder, "standby"), { address, toolId: full.toolId ?? "" }, store.env);
    stops.push(async () => await standby.stop());
    beganAt = await lsn();
    await mkdir(join(folder, "load"));
    const statement = "INSERT INTO numbered (noise) VALUES (md5(random()::text))";
    load = await startLoad(join(folder, "load"), server.source, { statement, rate: RATE });
    stops.push(load.stop);
    began = Date.now();
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const lsn = async (): Promise<string> => await queryValue(server.source, "SELECT pg_current_wal_insert_lsn()");

  it("finds every flipped byte by checksums, and objects that are cut, missing or swapped", async () => {
    const damage = new Damage(join(store.files, "vault", "here"));
    const objects = full.objects ?? [];
    const check = async (): Promise<string> => (await checkIntegrity(catalogue.storage, objects)).problems.join("\n");
    const places = drawPlaces(objects, count(20, 200));
    for (const place of places) {
      assert.equal(await damage.flip(place, check), `${place.key}: the checksum differs`);
    }
    const [large, other] = [...objects].sort((a, b) => b.bytes - a.bytes);
    assert.ok(large !== undefined && other !== undefined);
    assert.match(await damage.truncate(large.key, 1000, check), /1000 bytes instead of/);
    assert.match(await damage.remove(large.key, check), /cannot read/);
    assert.equal((await damage.swap(large.key, other.key, check)).split("\n").length, 2);
    assert.equal(await check(), "");
    process.stdout.write(`      ${places.length} flipped bytes: ${places.length} found\n`);
  });

  it("finds flipped bytes by a full restore too, without the checksums", async () => {
    const damage = new Damage(join(store.files, "vault", "here"));
    // What a restore of this backup alone reads: the base and its WAL; notes of the archiver are read by nobody.
    const read = (full.objects ?? []).filter(({ key }) => !key.endsWith(".backup.gz") && !key.endsWith(".history"));
    const places = drawPlaces(read, count(1, 5), 5);
    const restore = postgresRestorer(catalogue);
    for (const [index, place] of places.entries()) {
      const found = await damage.flip(place, async () => {
        const target = join(folder, `damaged-${index}`, "data");
        return await restore(full, { jobs: [full], folder: target }).then(
          ({ problems }) => problems.join("; "),
          (thrown: unknown) => String(thrown),
        );
      });
      assert.notEqual(found, "", `${place.key} at ${place.at}: the restore noticed nothing`);
    }
    process.stdout.write(`      ${places.length} flipped bytes: ${places.length} found by a full restore\n`);
  });

  it("a primary lost without warning: the standby restored from the archive is at most five minutes behind", async () => {
    await sleep(Math.max(0, began + LOAD_MS - Date.now()));
    await server.kill();
    killed = new Date();
    await load.ended;
    await standby.promote();
    const newest = await queryValue(standby.source, "SELECT extract(epoch FROM max(at)) * 1000 FROM numbered");
    const behind = (killed.getTime() - Number(newest)) / 1000;
    const acknowledged = await load.acknowledged();
    const lost = acknowledged.filter((at) => at.getTime() > Number(newest)).length;
    assert.ok(behind <= RPO_SECONDS, `${behind} s behind`);
    assert.ok(acknowledged.length > 100, `only ${acknowledged.length} commits were acknowledged`);
    const figures = `${acknowledged.length} commits, the last ${lost} not in the copy`;
    process.stdout.write(
      `      RPO ${behind.toFixed(1)} s (${figures}) at an archive_timeout of ${ARCHIVE_TIMEOUT} s; promised ${RPO_SECONDS} s\n`,
    );
    await standby.stop();
  });

  it("increments cost what was written, no more", async () => {
    await server.start();
    await server.sql("INSERT INTO numbered (noise) VALUES ('after the crash')");
    const written = Number(await queryValue(server.source, `SELECT pg_wal_lsn_diff('${await lsn()}', '${beganAt}')`));
    const increment = await createIncremental(catalogue, { source: server.source });
    const own = new Set((full.objects ?? []).map(({ key }) => key));
    const uploaded = (await catalogue.storage.list(""))
      .filter(({ key }) => !own.has(key) && !key.endsWith(`${full.id}.json`) && !key.endsWith(".lock"))
      .reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok((increment.bytes ?? 0) <= uploaded);
    assert.ok(uploaded <= 1.1 * written, `${uploaded} bytes uploaded for ${written} bytes of WAL`);
    const ratio = (uploaded / written).toFixed(2);
    process.stdout.write(
      `      ${uploaded} bytes uploaded for ${written} bytes of WAL: ${ratio} (single-row inserts)\n`,
    );
  });

  it("restores to any point in time what was committed before it, and nothing after, although the server was killed", async () => {
    const from = new Date(began).getTime() + 2000;
    const acknowledged = await load.acknowledged();
    const times = fc
      .sample(fc.integer({ min: from, max: killed.getTime() - 500 }), { seed: 20, numRuns: count(2, 20) })
      .map((time) => new Date(time));
    for (const [index, to] of times.entries()) {
      const sql = (extra: string): string =>
        `SELECT count(*), md5(string_agg(id::text, ',' ORDER BY id)) FROM numbered ${extra}`;
      const stamp = `'${to.toISOString()}'::timestamptz`;
      const expected = await query(server.source, sql(`WHERE pg_xact_commit_timestamp(xmin) <= ${stamp}`));
      const restored = await restorePostgres(catalogue, { target: join(folder, `restore-${index}`), to });
      try {
        const found = await query(restored.server.source, sql(""));
        assert.deepEqual(found, expected, `at ${to.toISOString()}`);
        const promised = 20_000 + acknowledged.filter((at) => at <= to).length;
        assert.ok(Number(found[0]?.[0]) >= promised, `${found[0]?.[0] ?? ""} rows, ${promised} were acknowledged`);
      } finally {
        await restored.server.stop();
      }
    }
    process.stdout.write(`      ${times.length} points in time under load: 0 rows lost, 0 extra\n`);
  });

  it("restores an idle database to a time after its last commit", async () => {
    await sleep(2000);
    await server.sql("CHECKPOINT");
    await server.archived();
    const archived = Math.max(
      ...(await catalogue.storage.list("postgres/wals/")).map(({ modified }) => modified.getTime()),
    );
    const restored = await restorePostgres(catalogue, { target: join(folder, "idle"), to: new Date(archived) });
    try {
      assert.ok(restored.endOfArchive && restored.lastCommit !== undefined);
      const after = await queryValue(
        restored.server.source,
        "SELECT max(noise) FROM numbered WHERE id > 20000 AND noise LIKE 'after%'",
      );
      assert.equal(after, "after the crash");
    } finally {
      await restored.server.stop();
    }
  });
});
