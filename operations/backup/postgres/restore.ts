import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import type { Catalogue } from "../catalogue.js";
import { pickJob, type BackupJob } from "../job.js";
import { findProgram } from "../program.js";
import { handOver, startScratch, type ScratchServer } from "./server.js";
import { archiveArguments, serverName } from "./source.js";

export interface PostgresRestoreOptions {
  /** A new or empty folder: a restore never overwrites. */
  readonly target: string;
  /** Point in time; the end of the archive where left out. */
  readonly to?: Date;
  /** Id of the full backup to start from; the newest that ended before the point in time where left out. */
  readonly backup?: string;
  /** Superuser of the database. Default `postgres`. */
  readonly user?: string;
  /** Seconds for recovery. Default one hour. */
  readonly timeoutSeconds?: number;
}

export interface RestoredPostgres {
  readonly server: ScratchServer;
  readonly job: BackupJob;
  /** Seconds of fetching the base backup, and of replaying WAL to the first accepted connection. */
  readonly fetchSeconds: number;
  readonly recoverySeconds: number;
}

/** From when to when a restore is possible, RFC 3339. */
export interface RecoveryWindow {
  readonly from: string;
  readonly to: string;
}

/** From the end of the oldest good full backup to the newest WAL that the archive holds. */
export async function recoveryWindow(catalogue: Catalogue): Promise<RecoveryWindow | undefined> {
  const oldest = (await catalogue.jobs()).find(({ status, kind }) => status === "completed" && kind === "full");
  const wal = await catalogue.storage.list(`${serverName}/wals/`);
  const newest = wal.reduce((latest, { modified }) => Math.max(latest, modified.getTime()), 0);
  if (oldest?.end === undefined || newest === 0) return undefined;
  return { from: oldest.end, to: new Date(newest).toISOString() };
}

async function startingPoint(catalogue: Catalogue, options: PostgresRestoreOptions): Promise<BackupJob> {
  const jobs = await catalogue.jobs();
  const { to, backup } = options;
  if (to === undefined) return pickJob(jobs, backup ?? "latest");
  const window = await recoveryWindow(catalogue);
  if (window === undefined || to < new Date(window.from) || to.getTime() > Date.now()) {
    throw new PlatformError("that point in time cannot be restored", ExitCode.configuration, [
      {
        path: "--to",
        received: to.toISOString(),
        rule: window === undefined ? "there is no backup" : `must be between ${window.from} and ${window.to}`,
        fix: window === undefined ? "create a backup first" : "choose a time inside the window",
      },
    ]);
  }
  if (backup !== undefined) return pickJob(jobs, backup);
  return pickJob(
    jobs.filter(({ end }) => end !== undefined && new Date(end) <= to),
    "latest",
  );
}

/** Makes the folder, or refuses one that holds anything. */
export async function claimTarget(target: string): Promise<void> {
  if (!existsSync(target)) {
    await mkdir(target, { recursive: true, mode: 0o700 });
    return;
  }
  const found = await readdir(target);
  if (found.length === 0) return;
  throw new PlatformError("a restore never overwrites", ExitCode.configuration, [
    {
      path: "--target",
      received: target,
      rule: `must be a new or an empty folder (it holds ${found.length} entries)`,
      fix: "restore beside it, check, then switch",
    },
  ]);
}

/** As the server's settings take it: they know no `Z`. */
function targetTime(to: Date): string {
  return to.toISOString().replace("T", " ").replace("Z", "+00");
}

/** Restores into a new place and brings the server up there, on a socket of its own; whoever asked stops it. */
export async function restorePostgres(
  catalogue: Catalogue,
  options: PostgresRestoreOptions,
): Promise<RestoredPostgres> {
  const { target, to, user = "postgres", timeoutSeconds = 3600 } = options;
  const job = await startingPoint(catalogue, options);
  await claimTarget(target);
  const started = performance.now();
  const { options: where, place } = archiveArguments(catalogue.storage.address);
  const [url = "", server = ""] = place;
  await runCommand(findProgram("barman-cloud-restore"), [...where, url, server, job.toolId ?? job.id, target]);
  await writeFile(join(target, "recovery.signal"), "");
  await handOver(target);
  const fetchSeconds = (performance.now() - started) / 1000;
  const scratch = await startScratch(target, {
    user,
    timeoutSeconds,
    settings: {
      restore_command: [findProgram("barman-cloud-wal-restore"), ...where, url, server, "%f", "%p"].join(" "),
      recovery_target_action: "promote",
      recovery_target_timeline: "latest",
      ...(to === undefined ? {} : { recovery_target_time: targetTime(to) }),
    },
  });
  return { server: scratch, job, fetchSeconds, recoverySeconds: scratch.seconds };
}
