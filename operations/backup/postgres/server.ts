import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { asServerUser, findProgram } from "../program.js";
import { startScratchProcess } from "../scratch.js";
import { queryValue, type PostgresSource } from "./source.js";

/** Of `postmaster.pid`, counted from 0. */
const STATUS_LINE = 7;

export interface ScratchServer {
  readonly source: PostgresSource;
  /** Seconds from start to the first accepted connection. */
  readonly seconds: number;
  stop(): Promise<void>;
}

export interface ScratchServerOptions {
  /** Superuser of the restored database. */
  readonly user: string;
  /** Settings, which win over every file that was restored. */
  readonly settings: Readonly<Record<string, string>>;
  /** Added to the server's environment, which its `restore_command` inherits. Default nothing. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds for recovery to end. */
  readonly timeoutSeconds: number;
}

/** Gives a folder to the user that runs the server, and to nobody else. */
export async function handOver(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  if (process.getuid?.() === 0) await runCommand("chown", ["-R", "postgres:postgres", folder]);
}

/**
 * Settings of ours instead of the restored ones: a socket and no TCP, nothing preloaded, and no archiving, so that the
 * copy cannot touch the archive that it came from.
 */
async function writeSettings(folder: string, own: Readonly<Record<string, string>>): Promise<string[]> {
  await writeFile(join(folder, "postgresql.conf"), "");
  await writeFile(join(folder, "pg_hba.conf"), "local all all trust\n");
  await writeFile(join(folder, "pg_ident.conf"), "");
  const settings: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: folder,
    port: "5432",
    archive_mode: "off",
    config_file: join(folder, "postgresql.conf"),
    hba_file: join(folder, "pg_hba.conf"),
    ident_file: join(folder, "pg_ident.conf"),
    ssl: "off",
    shared_preload_libraries: "",
    synchronous_standby_names: "",
    shared_buffers: "128MB",
    // Without readers during recovery no setting has to be as large as the source's.
    hot_standby: "off",
    ...own,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Whether the server has noted that it accepts connections, as `pg_ctl` reads it: a file costs less than a connection. */
async function saysReady(data: string): Promise<boolean> {
  const note = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  return note.split("\n")[STATUS_LINE]?.trim() === "ready";
}

/** Runs a restored data directory beside whatever else runs, until it accepts connections as a server of its own. */
export async function startScratch(data: string, options: ScratchServerOptions): Promise<ScratchServer> {
  const folder = await mkdtemp(join(tmpdir(), "pg-"));
  const flags = await writeSettings(folder, options.settings);
  await handOver(folder);
  const started = performance.now();
  const [program, args] = asServerUser(findProgram("postgres"), ["-D", data, ...flags]);
  const log = join(folder, "server.log");
  const server = startScratchProcess(program, args, { log, fatal: /FATAL|PANIC/, env: options.env ?? {} });
  const stop = async (): Promise<void> => {
    await server.stop("SIGINT");
    await rm(folder, { recursive: true, force: true });
  };
  const source = { host: folder, port: 5432, user: options.user };
  const promoted = async (): Promise<true | undefined> =>
    (await saysReady(data)) && (await queryValue(source, "SELECT pg_is_in_recovery()")) === "f" ? true : undefined;
  try {
    await server.until("the restored server to end its recovery", promoted, options.timeoutSeconds);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { source, seconds: (performance.now() - started) / 1000, stop };
}
