import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { asServerUser, findProgram, runServerProgram } from "../../backup/program.js";
import { handOver } from "../../backup/postgres/server.js";
import { query, queryValue, type PostgresSource } from "../../backup/postgres/source.js";

/** A PostgreSQL of the drill's own on loopback. */
export class DrillPostgres {
  private child: ChildProcess | undefined;
  readonly source: PostgresSource & { readonly host: string; readonly port: number; readonly user: string };

  private constructor(
    readonly data: string,
    port: number,
  ) {
    this.source = { host: "127.0.0.1", port, user: "postgres" };
  }

  /** A new, empty database. */
  static async create(
    data: string,
    port: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<DrillPostgres> {
    await mkdir(data, { recursive: true });
    await handOver(data);
    const auth = ["--auth=trust", "--username=postgres", "--data-checksums", "--no-sync", "--encoding=UTF8"];
    await runServerProgram("initdb", ["--pgdata", data, ...auth]);
    const server = new DrillPostgres(data, port);
    await server.configure({ wal_level: "replica", wal_keep_size: "256MB", ...settings });
    await server.start();
    return server;
  }

  /** A streaming replica of another one. */
  static async follow(primary: DrillPostgres, data: string, port: number): Promise<DrillPostgres> {
    await mkdir(data, { recursive: true });
    await handOver(data);
    const from = `host=127.0.0.1 port=${primary.source.port} user=postgres`;
    await runServerProgram("pg_basebackup", [
      "--pgdata",
      data,
      "--dbname",
      from,
      "--write-recovery-conf",
      "--checkpoint=fast",
      "--no-sync",
    ]);
    const server = new DrillPostgres(data, port);
    await server.configure({});
    await server.start();
    return server;
  }

  private async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const all: Record<string, string> = {
      port: String(this.source.port),
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      max_connections: "40",
      shared_buffers: "'32MB'",
      ...settings,
    };
    await appendFile(
      join(this.data, "postgresql.auto.conf"),
      Object.entries(all)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(""),
    );
  }

  async start(): Promise<void> {
    const log = openSync(join(dirname(this.data), `postgres-${this.source.port}.log`), "a");
    const [program, args] = asServerUser(findProgram("postgres"), ["-D", this.data]);
    this.child = spawn(program, args, { stdio: ["ignore", log, log] });
    await poll(async () => ((await queryValue(this.source, "SELECT 1")) === "1" ? true : undefined), {
      what: `PostgreSQL on port ${this.source.port}`,
      timeoutMs: 60_000,
    });
  }

  /** The table that the stand-in's service writes to. */
  async makeTable(): Promise<void> {
    await query(
      this.source,
      `CREATE TABLE memories (id bigserial PRIMARY KEY, body text NOT NULL,
                              at timestamptz NOT NULL DEFAULT clock_timestamp())`,
    );
  }

  /** Stops whichever server runs in the folder: a restore may have started another than ours. */
  async stopWherever(): Promise<void> {
    const [program, args] = asServerUser(findProgram("pg_ctl"), ["-D", this.data, "-m", "immediate", "-w", "stop"]);
    await runCommand(program, args, { allowExitCodes: [1] });
    await this.kill();
  }

  /** Everything of it at once, without a word to clients, as the loss of its machine is. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.pid === undefined) return;
    const { stdout } = await runCommand("pgrep", ["-P", String(child.pid)], { allowExitCodes: [1] });
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    for (const pid of stdout.split("\n").filter((line) => line !== "")) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended with its parent.
      }
    }
    await ended;
  }
}
