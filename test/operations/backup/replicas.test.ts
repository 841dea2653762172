import { strict as assert } from "node:assert";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../../common/command.js";
import { asServerUser, findProgram, runServerProgram } from "../../../operations/backup/program.js";
import { queryValue, type PostgresSource } from "../../../operations/backup/postgres/source.js";
import { count } from "../../support/counts.js";
import { startLoad } from "../../support/servers/load.js";
import { PostgresServer } from "../../support/servers/postgres.js";
import { freePorts, startProcess, temporaryFolder, type ServerProcess } from "../../support/servers/process.js";
import { requireProgram } from "../../support/servers/programs.js";

/** As the platform declares it for CloudNativePG: any one of the two standbys acknowledges every commit. */
const SYNCHRONOUS = "ANY 1 (standby1, standby2)";

describe("Three PostgreSQL instances with one synchronous standby", function () {
  this.timeout(300_000);
  let folder: string;
  let primary: PostgresServer;
  const standbys: { readonly source: PostgresSource; readonly process: ServerProcess }[] = [];

  before(async function () {
    this.timeout(600_000);
    await requireProgram(this, "postgresql-15", "postgres");
    folder = await temporaryFolder("replicas");
    await chmod(folder, 0o755);
    primary = await PostgresServer.create(join(folder, "primary"));
    stops.push(async () => await primary.stop());
    await primary.sql("CREATE TABLE numbered (id bigserial PRIMARY KEY)");
    for (const name of ["standby1", "standby2"]) await addStandby(name);
    await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '${SYNCHRONOUS}'`);
    await primary.sql("SELECT pg_reload_conf()");
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const addStandby = async (name: string): Promise<void> => {
    const home = join(folder, name);
    const data = join(home, "data");
    await mkdir(home);
    if (process.getuid?.() === 0) await runCommand("chown", ["postgres:postgres", home]);
    const { port: from } = primary.source;
    const where = `host=127.0.0.1 port=${from} user=postgres application_name=${name}`;
    const how = ["--checkpoint=fast", "--write-recovery-conf", "--no-sync", "--pgdata", data, "--dbname", where];
    await runServerProgram("pg_basebackup", how);
    const [port = 0] = await freePorts(1);
    const [program, args] = asServerUser(findProgram("postgres"), ["-D", data, "-c", `port=${port}`]);
    const server = startProcess(program, args, { folder, name });
    stops.push(async () => await server.stop("SIGQUIT"));
    const source = { host: "127.0.0.1", port, user: "postgres" };
    await server.until(`${name} to answer`, async () =>
      (await queryValue(source, "SELECT 1")) === "1" ? true : undefined,
    );
    standbys.push({ source, process: server });
  };

  it("loses no acknowledged commit when a standby dies and then the primary, in mid-load", async () => {
    const [first, second] = standbys;
    assert.ok(first !== undefined && second !== undefined);
    await mkdir(join(folder, "load"));
    const statement = "INSERT INTO numbered DEFAULT VALUES";
    const load = await startLoad(join(folder, "load"), primary.source, { statement, rate: 200 });
    stops.push(load.stop);
    const phase = count(4000, 30_000);
    await sleep(phase);
    await first.process.stop("SIGKILL");
    const alone = Date.now();
    await sleep(phase);
    await primary.kill();
    await load.ended;
    await queryValue(second.source, "SELECT pg_promote(true, 120)");
    const rows = Number(await queryValue(second.source, "SELECT count(*) FROM numbered"));
    const acknowledged = await load.acknowledged();
    assert.ok(acknowledged.length > 100, `only ${acknowledged.length} commits were acknowledged`);
    assert.ok(rows >= acknowledged.length, `${rows} rows, ${acknowledged.length} were acknowledged`);
    const after = acknowledged.filter((at) => at.getTime() > alone).length;
    assert.ok(after > 0, "writes stopped with the first standby");
    const lost = Math.max(0, acknowledged.length - rows);
    process.stdout.write(
      `      ${acknowledged.length} commits acknowledged, ${after} of them by one standby alone: ${lost} lost\n`,
    );
  });
});
