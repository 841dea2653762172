import { strict as assert } from "node:assert";
import { join } from "node:path";
import { runCommand, type CommandResult } from "../../../common/command.js";
import { startArchivedPostgres } from "../../support/backup/archived-postgres.js";
import { at, list, textAt } from "../../support/plain.js";
import { type ObjectStore } from "../../support/servers/object-store.js";
import type { PostgresServer } from "../../support/servers/postgres.js";

const root = join(__dirname, "..", "..", "..");

describe("npm run backup", function () {
  this.timeout(400_000);
  let folder: string;
  let store: ObjectStore;
  let server: PostgresServer;
  let env: Record<string, string>;

  const backup = async (...args: string[]): Promise<CommandResult> =>
    await runCommand(process.execPath, ["--import", "tsx", "cli/main.ts", "backup", ...args], {
      cwd: root,
      env,
      allowExitCodes: [1, 2, 3, 4],
    });

  before(async function () {
    this.timeout(600_000);
    ({ folder, store, server, stop } = await startArchivedPostgres(this, "backup-command"));
    env = {
      ...store.env,
      AWS_ENDPOINT_URL_S3: store.endpoint,
      BACKUP_REPOSITORY_POSTGRES: "s3://vault/here",
      PGHOST: "127.0.0.1",
      PGPORT: String(server.source.port),
      PGUSER: "postgres",
    };
  });

  let stop: (() => Promise<void>) | undefined;
  after(async () => await stop?.());

  it("creates, lists, shows and verifies a backup of PostgreSQL", async () => {
    await server.sql("CREATE TABLE memories AS SELECT generate_series(1, 500) AS id");
    const created = await backup("create", "postgres", "--json");
    assert.equal(created.exitCode, 0, created.stderr);
    const id = textAt(JSON.parse(created.stdout), "id");
    const listed = await backup("list", "postgres");
    assert.match(listed.stdout, new RegExp(`${id}.*full.*completed`));
    assert.match(listed.stdout, /recovery window: \d{4}-/);
    const verified = await backup("verify", "postgres", "--json");
    assert.equal(verified.exitCode, 0, verified.stderr + verified.stdout);
    const record = at(JSON.parse(verified.stdout), "0");
    assert.deepEqual([at(record, "backup"), at(record, "verified"), list(record, "problems")], [id, true, []]);
    assert.equal((at(record, "counts") as Record<string, number>)["postgres.public.memories"], 500);
    assert.ok(Number(at(record, "rtoSeconds")) > 0);
    process.stdout.write(
      `      RTO ${String(at(record, "rtoSeconds"))} s, RPO ${String(at(record, "rpoSeconds"))} s\n`,
    );
  });

  it("removes nothing without --yes, and never the newest good backup", async () => {
    const shown = await backup("prune", "postgres", "--retention-days", "30");
    assert.equal(shown.stdout, "would remove (--yes does): nothing\n");
  });

  it("answers bad input with what is wrong and how to put it right", async () => {
    const cases: readonly [string[], number, RegExp][] = [
      [["create", "mysql"], 2, /Allowed choices are postgres, redis, vector/],
      [["create", "redis"], 2, /--repository: is where the backups are/],
      [["list", "postgres", "--repository", "/tmp/x"], 2, /must be s3:\/\/bucket\/path/],
      [
        ["create", "redis", "--kind", "incremental", "--repository", "s3://vault/r"],
        2,
        /an incremental backup of redis is not possible/,
      ],
      [["restore", "postgres", "--target", join(folder, "t"), "--to", "yesterday"], 2, /must be RFC 3339/],
      [["restore", "postgres", "--target", join(folder, "t"), "--to", "2020-01-01T00:00:00Z"], 2, /must be between/],
      [["restore", "postgres", "--target", folder], 2, /a restore never overwrites/],
      [["show", "postgres", "--backup", "postgres_19700101_000000"], 4, /one of postgres_/],
    ];
    for (const [args, exitCode, message] of cases) {
      const answer = await backup(...args);
      assert.equal(answer.exitCode, exitCode, `${args.join(" ")}: ${answer.stderr}`);
      assert.match(answer.stderr, message);
      assert.ok(!answer.stderr.includes("    at "), "a stack trace");
    }
  });
});
