import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { runCommand } from "../../../common/command.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import type { BackupJob } from "../../../operations/backup/job.js";
import { unfinishedBases } from "../../../operations/backup/postgres/archive.js";
import { postgresRestorer } from "../../../operations/backup/postgres/check.js";
import { createFull } from "../../../operations/backup/postgres/create.js";
import { restorePostgres } from "../../../operations/backup/postgres/restore.js";
import { planPruneOf, prune } from "../../../operations/backup/prune.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import { verify } from "../../../operations/backup/verify.js";
import { startArchivedPostgres, type ArchivedPostgres } from "../../support/backup/archived-postgres.js";
import { smallFileSystem } from "../../support/backup/small-file-system.js";
import { quick } from "../../support/backup/timing.js";
import { count } from "../../support/counts.js";
import { Wire } from "../../support/servers/proxy.js";
import { killBackup } from "../../support/backup/killed-backup.js";

const DAY_MS = 86_400_000;

describe("PostgreSQL backups under faults", function () {
  this.timeout(count(400_000, 2_400_000));
  let running: ArchivedPostgres;
  let wire: Wire;
  let catalogue: Catalogue;
  let good: BackupJob;

  const catalogueAt = (endpoint: string, repository = "s3://vault/here"): Catalogue =>
    new Catalogue(new ObjectStorage(parseRepository(repository, endpoint)), "postgres", quick);

  before(async function () {
    this.timeout(600_000);
    running = await startArchivedPostgres(this, "postgres-faults");
    Object.assign(process.env, running.store.env);
    wire = await Wire.to(running.store.endpoint);
    catalogue = catalogueAt(running.store.endpoint);
    // Twenty megabytes that do not compress: a base backup of several parts.
    await running.server.sql(
      "CREATE TABLE noise AS SELECT i, (SELECT string_agg(md5(random()::text || i || g), '') FROM generate_series(1, 60) AS g) AS text " +
        "FROM generate_series(1, 10000) AS i",
    );
    good = await createFull(catalogue, { source: running.server.source });
  });

  after(async () => {
    await (wire as Wire | undefined)?.close();
    await (running as ArchivedPostgres | undefined)?.stop();
  });

  /** After any fault: the job is recorded as failed, nothing partial is listed as good, and the last good one is whole. */
  const unharmed = async (newest: BackupJob = good): Promise<void> => {
    const jobs = await catalogue.jobs();
    const named = jobs.filter(({ status }) => status === "completed").map(({ id }) => id);
    assert.equal(named.at(-1), newest.id);
    assert.deepEqual(
      jobs.filter(({ status }) => status === "running"),
      [],
    );
  };

  it("network cut in mid-upload: the job ends and fails, nothing partial is good, and prune takes what it left", async () => {
    wire.cutAfter(8_000_000);
    await assert.rejects(createFull(catalogueAt(wire.url), { source: running.server.source }), { exitCode: 4 });
    wire.mend();
    await sleep(2 * quick.patienceMs);
    assert.equal((await catalogue.jobs()).at(-1)?.status, "failed");
    await unharmed();
    const later = new Date(Date.now() + 40 * DAY_MS);
    const left = await unfinishedBases(catalogue.storage, await catalogue.jobs());
    const plan = await planPruneOf(catalogue, 30, later);
    assert.deepEqual(
      plan.unfinished,
      left.map(({ toolId }) => toolId),
    );
    await prune(catalogue, plan);
    assert.deepEqual(await unfinishedBases(catalogue.storage, await catalogue.jobs()), []);
    process.stdout.write(`      ${left.length} unfinished base backups were left and removed, the good one kept\n`);
    await unharmed();
  });

  it("killed at any moment: what is not finished is no backup, and the next one takes over", async () => {
    const moments = fc.sample(fc.integer({ min: 500, max: 3500 }), { seed: 15, numRuns: count(2, 15) });
    for (const moment of moments) {
      const before = (await catalogue.jobs()).filter(({ status }) => status === "completed");
      const args = ["postgres", running.store.endpoint, String(running.server.source.port)];
      await killBackup(args, moment);
      const now = (await catalogue.jobs()).filter(({ status }) => status === "completed");
      for (const job of now.slice(before.length)) {
        // Only one whose base backup came to its end, with all of its WAL, may be among the good ones.
        assert.deepEqual((await verify(catalogue, postgresRestorer(catalogue), { backup: job.id })).problems, []);
      }
    }
    good = await createFull(catalogue, { source: running.server.source });
    await unharmed();
    process.stdout.write(`      killed ${moments.length} times: 0 partial as good\n`);
  });

  it("disk full while restoring: an error that says so, and nothing left behind", async function () {
    const small = await smallFileSystem(this, join(running.folder, "small"), 16);
    try {
      const target = join(small, "restored");
      await assert.rejects(restorePostgres(catalogue, { target }), { exitCode: 4, message: /no space left/i });
      assert.ok(!existsSync(target));
    } finally {
      await runCommand("umount", [small]);
    }
    await unharmed();
  });

  it("bucket missing, access denied, wrong key: each has its reason and exit code", async () => {
    const { source } = running.server;
    await assert.rejects(createFull(catalogueAt(running.store.endpoint, "s3://absent/here"), { source }), {
      exitCode: 4,
      message: /absent/,
    });
    for (const wrong of [{ AWS_SECRET_ACCESS_KEY: "wrong" }, running.store.strangerEnv]) {
      Object.assign(process.env, wrong);
      await assert.rejects(createFull(catalogueAt(running.store.endpoint), { source }), { exitCode: 3 });
      Object.assign(process.env, running.store.env);
    }
    await unharmed();
  });

  it("wrong password of the database, or a user that it does not know: told, and recorded as failed", async () => {
    const { server } = running;
    await server.sql("CREATE ROLE keeper SUPERUSER LOGIN PASSWORD 'right'");
    const rules = join(server.data, "pg_hba.conf");
    await writeFile(rules, `host all keeper,nobody 127.0.0.1/32 scram-sha-256\n${await readFile(rules, "utf8")}`);
    await server.sql("SELECT pg_reload_conf()");
    const before = (await catalogue.jobs()).length;
    const reason = /PostgreSQL refuses us: .*password authentication failed for user/;
    for (const user of ["keeper", "nobody"]) {
      process.env.PGPASSWORD = "wrong";
      const source = { ...server.source, user };
      await assert.rejects(createFull(catalogue, { source }), { exitCode: 3, message: reason });
      delete process.env.PGPASSWORD;
    }
    const failed = (await catalogue.jobs()).slice(before);
    assert.deepEqual(
      failed.map(({ status, error = "" }) => [status, reason.test(error)]),
      [
        ["failed", true],
        ["failed", true],
      ],
    );
    await unharmed();
  });

  it("two at once: the second is refused while the first lives", async () => {
    const first = createFull(catalogue, { source: running.server.source });
    await sleep(2 * quick.heartbeatMs);
    await assert.rejects(createFull(catalogueAt(running.store.endpoint), { source: running.server.source }), {
      exitCode: 4,
      message: /another backup of postgres is running: postgres_/,
    });
    good = await first;
    await unharmed();
  });

  it("after all of it the last good backup is verified by a full restore", async () => {
    const record = await verify(catalogue, postgresRestorer(catalogue));
    assert.deepEqual([record.backup, record.problems], [good.id, []]);
    process.stdout.write(`      RTO ${record.rtoSeconds ?? "?"} s for ${record.bytes} bytes\n`);
  });
});
