import { strict as assert } from "node:assert";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { poll } from "../../../common/poll.js";
import { moduleFolder } from "../../../operations/local/servers/ensure.js";
import { PostgresServer } from "../../support/servers/postgres.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { requireProgram } from "../../support/servers/programs.js";

interface Query {
  readonly query: string;
  readonly predicate_query?: string;
}

describe("the archive's metrics, by the operator's own queries on a real PostgreSQL", function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let queries: Record<string, Query>;

  before(async function () {
    this.timeout(600_000);
    await requireProgram(this, "postgresql-15", "postgres");
    const folder = await temporaryFolder("archiver");
    // PostgreSQL runs as a user of its own, who must be able to pass through.
    await chmod(folder, 0o755);
    server = await PostgresServer.create(join(folder, "postgres"));
    const operator = await moduleFolder("github.com/cloudnative-pg/cloudnative-pg");
    const bundled = parse(await readFile(join(operator, "config", "manager", "default-monitoring.yaml"), "utf8")) as {
      data: { queries: string };
    };
    queries = parse(bundled.data.queries) as Record<string, Query>;
    // An archive whose credentials are wrong from the start.
    await server.sql("ALTER SYSTEM SET archive_mode = on");
    await server.sql("ALTER SYSTEM SET archive_command = 'false'");
    await server.stop();
    await server.start();
    await server.sql("SELECT pg_switch_wal()");
  });

  after(async () => await server.stop());

  /** One column of a query's only row. */
  const column = async (query: string, name: string): Promise<number> => {
    const [[value = ""] = []] = await server.sql(`SELECT ${name} FROM (${queries[query]?.query ?? ""}) AS asked`);
    return Number(value);
  };
  /** WAL that waits, counted as the operator counts it. */
  const ready = async (): Promise<number> =>
    Number((await server.sql("SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"))[0]?.[0]);
  const since = async (): Promise<number> => await column("pg_stat_archiver", "seconds_since_last_archival");
  const until = async (what: string, good: () => Promise<boolean>): Promise<void> => {
    await poll(async () => ((await good()) ? true : undefined), { what, timeoutMs: 60_000, intervalMs: 100 });
  };

  it("say -1 while WAL waits that was never archived: WalNeverArchived, and not a lag", async () => {
    await until("a failed attempt", async () => (await column("pg_stat_archiver", "failed_count")) > 0);
    assert.ok((await ready()) > 0);
    assert.equal(await since(), -1);
  });

  it("say seconds from the first success on, with nothing that waits", async () => {
    await server.sql("ALTER SYSTEM SET archive_command = 'true'");
    await server.sql("SELECT pg_reload_conf()");
    await until("the archive", async () => (await ready()) === 0);
    const seconds = await since();
    assert.ok(seconds >= 0 && seconds < 60, String(seconds));
  });

  it("are asked of a primary only, which lags behind nobody", async () => {
    const { predicate_query: predicate = "" } = queries.pg_stat_archiver ?? {};
    assert.deepEqual(await server.sql(predicate), [["t"]]);
    assert.equal(await column("pg_replication", "lag"), 0);
  });
});
