import { appendFile, chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../../common/command.js";
import { asServerUser, findProgram } from "../../../operations/backup/program.js";
import {
  archiveArguments,
  queryValue,
  restoreCommand,
  type PostgresSource,
} from "../../../operations/backup/postgres/source.js";
import type { RepositoryAddress } from "../../../operations/backup/storage.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** PostgreSQL's own default is 5 s; what is in the archive when the primary dies is replayed either way. */
const LOOKS_AT_ARCHIVE_MS = 1000;

/** A standby that was restored from an archive and follows it, as the replica cluster of another region does. */
export class ArchiveStandby {
  private constructor(
    readonly source: PostgresSource,
    private readonly process: ServerProcess,
  ) {}

  static async restore(
    folder: string,
    archive: { readonly address: RepositoryAddress; readonly toolId: string },
    env: Readonly<Record<string, string>>,
  ): Promise<ArchiveStandby> {
    const { address, toolId } = archive;
    const data = join(folder, "data");
    await mkdir(data, { recursive: true });
    const { options, place } = archiveArguments(address);
    await runCommand(findProgram("barman-cloud-restore"), [...options, ...place, toolId, data], { env });
    const [port = 0] = await freePorts(1);
    await rm(join(data, "recovery.signal"), { force: true });
    await writeFile(join(data, "standby.signal"), "");
    const settings = [`port = ${port}`, "archive_mode = off", `restore_command = '${restoreCommand(address)}'`];
    settings.push(`wal_retrieve_retry_interval = ${LOOKS_AT_ARCHIVE_MS}`);
    await appendFile(join(data, "postgresql.auto.conf"), `\n${settings.join("\n")}\n`);
    await chmod(folder, 0o755);
    await chmod(data, 0o700);
    if (process.getuid?.() === 0) await runCommand("chown", ["-R", "postgres:postgres", data]);
    const [program, args] = asServerUser(findProgram("postgres"), ["-D", data]);
    const server = startProcess(program, args, { folder, name: "standby", env });
    const source = { host: "127.0.0.1", port, user: "postgres" };
    await server.until("the standby to answer", async () =>
      (await queryValue(source, "SELECT 1")) === "1" ? true : undefined,
    );
    return new ArchiveStandby(source, server);
  }

  /** Waits until the archive has nothing more for it, then makes it a server of its own. */
  async promote(): Promise<void> {
    const replayed = async (): Promise<string> => await queryValue(this.source, "SELECT pg_last_wal_replay_lsn()");
    let before = "";
    for (let now = await replayed(); now !== before; now = await replayed()) {
      before = now;
      // Twice as long as it waits between two looks at the archive.
      await sleep(2 * LOOKS_AT_ARCHIVE_MS);
    }
    await queryValue(this.source, "SELECT pg_promote(true, 120)");
  }

  async stop(): Promise<void> {
    await this.process.stop("SIGQUIT");
  }
}
