import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { asServerUser, findProgram, runServerProgram } from "../../../operations/backup/program.js";
import { query, queryValue, type PostgresSource } from "../../../operations/backup/postgres/source.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** A PostgreSQL of a test's own on loopback; where asked to, it archives its WAL with barman-cloud. */
export class PostgresServer {
  private process: ServerProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly source: PostgresSource & { readonly port: number },
  ) {}

  /** Makes a new cluster and starts it; `archive` are the arguments of barman-cloud-wal-archive. */
  static async create(
    folder: string,
    archive?: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<PostgresServer> {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    const [port = 0] = await freePorts(1);
    if (process.getuid?.() === 0) await runCommand("chown", ["postgres:postgres", folder]);
    const data = join(folder, "data");
    const auth = ["--auth=trust", "--username=postgres", "--data-checksums", "--no-sync", "--encoding=UTF8"];
    await runServerProgram("initdb", ["--pgdata", data, ...auth]);
    const settings = {
      port: String(port),
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      track_commit_timestamp: "on",
      ...(archive === undefined
        ? {}
        : {
            archive_mode: "on",
            archive_timeout: "60",
            archive_command: `'${findProgram("barman-cloud-wal-archive")} --gzip ${archive} %p'`,
          }),
      max_connections: "20",
      shared_buffers: "'64MB'",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    await writeFile(join(data, "postgresql.auto.conf"), lines.join(""));
    const server = new PostgresServer(folder, env, { host: "127.0.0.1", port, user: "postgres" });
    await server.start();
    return server;
  }

  get data(): string {
    return join(this.folder, "data");
  }

  async start(): Promise<void> {
    const [program, args] = asServerUser(findProgram("postgres"), ["-D", this.data]);
    this.process = startProcess(program, args, { folder: this.folder, name: "postgres", env: this.env });
    await this.process.until("PostgreSQL to answer", async () =>
      (await queryValue(this.source, "SELECT 1")) === "1" ? true : undefined,
    );
  }

  async sql(text: string): Promise<string[][]> {
    return await query(this.source, text);
  }

  /** SIGKILL to the whole server, as a machine's loss is. */
  async kill(): Promise<void> {
    const children = await runCommand("pgrep", ["-P", String(this.process?.pid)], { allowExitCodes: [1] });
    for (const pid of children.stdout.split("\n").filter((line) => line !== "")) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended on its own between the two calls.
      }
    }
    await this.process?.stop("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.process?.stop("SIGQUIT");
  }

  /** Waits until the archive holds everything that is written by now. */
  async archived(): Promise<void> {
    const [[segment = ""] = []] = await this.sql("SELECT pg_walfile_name(pg_switch_wal())");
    await poll(
      async () => {
        const [[last = ""] = []] = await this.sql("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
        return last >= segment ? true : undefined;
      },
      { what: `${segment} to be archived`, timeoutMs: 60_000 },
    );
  }
}
