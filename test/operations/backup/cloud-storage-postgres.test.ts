import { strict as assert } from "node:assert";
import { chmod } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { postgresRestorer } from "../../../operations/backup/postgres/check.js";
import { createFull, createIncremental } from "../../../operations/backup/postgres/create.js";
import { restorePostgres } from "../../../operations/backup/postgres/restore.js";
import { archiveArguments, queryValue } from "../../../operations/backup/postgres/source.js";
import { findProgram } from "../../../operations/backup/program.js";
import { ObjectStorage, parseRepository, type RepositoryAddress } from "../../../operations/backup/storage.js";
import { verify } from "../../../operations/backup/verify.js";
import { archiveCommand } from "../../support/backup/archived-postgres.js";
import { skip } from "../../support/counts.js";
import { startCloudStorage, type CloudStorage } from "../../support/servers/cloud-storage.js";
import { PostgresServer } from "../../support/servers/postgres.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { ensurePython } from "../../support/servers/python.js";
import { requireProgram } from "../../support/servers/programs.js";

/** As in the backup image; Debian's 3.4 comes without Google's client. */
const BARMAN = "3.19.1";

describe("PostgreSQL backups on a Cloud Storage server, by the image's barman", function () {
  this.timeout(400_000);
  let folder: string;
  let cloud: CloudStorage;
  let address: RepositoryAddress;
  let catalogue: Catalogue;
  let server: PostgresServer;

  before(async function () {
    this.timeout(600_000);
    await barmanOnPath(this);
    folder = await temporaryFolder("cloud-storage-postgres");
    await chmod(folder, 0o755);
    cloud = await startCloudStorage(folder, ["vault"]);
    stops.push(async () => await cloud.process.stop());
    address = parseRepository("gs://vault/here", cloud.endpoint);
    catalogue = new Catalogue(new ObjectStorage(address), "postgres");
    const { env } = archiveArguments(address);
    server = await PostgresServer.create(join(folder, "source"), archiveCommand(address), env);
    stops.push(async () => await server.stop());
    await server.sql("CREATE TABLE numbered (id bigserial PRIMARY KEY)");
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** Puts it before Debian's, for this file only. */
  const barmanOnPath = async (context: Mocha.Context): Promise<void> => {
    await requireProgram(context, "postgresql-15", "postgres");
    // Brings the database driver, of which PyPI has no wheel.
    await requireProgram(context, "barman-cli-cloud", "barman-cloud-backup");
    const packages = [`barman[cloud,google]==${BARMAN}`];
    const found = await ensurePython(`barman-${BARMAN}`, { packages, program: "barman-cloud-backup", shared: true });
    if (found.missing !== undefined) skip(context, found.missing);
    const before = { ...process.env };
    process.env.PATH = [dirname(found.path), before.PATH].join(delimiter);
    // Else Google's client asks the machine's metadata server for it, three seconds each time.
    process.env.GOOGLE_CLOUD_PROJECT = "test";
    stops.push(async () => {
      process.env.PATH = before.PATH;
      delete process.env.GOOGLE_CLOUD_PROJECT;
      await Promise.resolve();
    });
  };

  it("create, restore to a point in time between two transactions, and verify, with the increment", async () => {
    const { stdout } = await runCommand(findProgram("barman-cloud-backup"), ["--version"]);
    assert.match(stdout, new RegExp(BARMAN.replaceAll(".", "\\.")));
    await server.sql("INSERT INTO numbered SELECT FROM generate_series(1, 1000)");
    const full = await createFull(catalogue, { source: server.source });
    assert.deepEqual([full.status, full.location], ["completed", "gs://vault/here"]);
    const to = new Date();
    await server.sql("INSERT INTO numbered SELECT FROM generate_series(1, 50)");
    const increment = await createIncremental(catalogue, { source: server.source });
    const restored = await restorePostgres(catalogue, { target: join(folder, "restored"), to });
    assert.equal(await queryValue(restored.server.source, "SELECT count(*) FROM numbered"), "1000");
    await restored.server.stop();
    const record = await verify(catalogue, postgresRestorer(catalogue));
    assert.deepEqual([record.backup, record.problems], [full.id, []]);
    assert.equal(record.counts?.["postgres.public.numbered"], 1050);
    assert.ok(increment.id > full.id);
    process.stdout.write(`      RTO ${record.rtoSeconds ?? "?"} s for ${record.bytes} bytes, barman ${BARMAN}\n`);
  });

  it("a missing bucket is told by name, and is no backup", async () => {
    const absent = new Catalogue(new ObjectStorage(parseRepository("gs://absent/here", cloud.endpoint)), "postgres");
    await assert.rejects(createFull(absent, { source: server.source }), {
      exitCode: 4,
      message: /gs:\/\/absent\/here/,
    });
  });
});
