import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";
import type { Catalogue } from "../catalogue.js";
import { pickJob, type BackupJob } from "../job.js";
import { findProgram } from "../program.js";
import { segmentOf } from "./archive.js";
import { intoTarget } from "../target.js";
import { handOver, startScratch, type ScratchServer } from "./server.js";
import { archiveArguments, queryValue, restoreCommand, serverName } from "./source.js";

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
  /** Told of each step as it begins. */
  readonly onStep?: (what: string) => void;
}

export interface RestoredPostgres {
  readonly server: ScratchServer;
  readonly job: BackupJob;
  /** Seconds of fetching the base backup, and of replaying WAL to the first accepted connection. */
  readonly fetchSeconds: number;
  readonly recoverySeconds: number;
  /** Time of the newest commit in the copy, RFC 3339; none where nothing was replayed. */
  readonly lastCommit?: string;
  /** Whether the archive ends before the time that was asked for: what was committed after `lastCommit` is not in it. */
  readonly endOfArchive: boolean;
  /** That recovery stopped before the archive's end, which it should have reached: a segment is damaged or missing. */
  readonly stoppedShort?: string;
}

/** From when to when a restore is possible, RFC 3339. */
export interface RecoveryWindow {
  readonly from: string;
  readonly to: string;
}

/** Buckets tell when an object came by the second, rounded down: the archive's last second belongs to the window. */
const LAST_SECOND_MS = 999;

/** From the end of the oldest good full backup to the newest WAL that the archive holds. */
export async function recoveryWindow(catalogue: Catalogue): Promise<RecoveryWindow | undefined> {
  const oldest = (await catalogue.jobs()).find(({ status, kind }) => status === "completed" && kind === "full");
  const wal = await catalogue.storage.list(`${serverName}/wals/`);
  const newest = wal.reduce((latest, { modified }) => Math.max(latest, modified.getTime()), 0);
  if (oldest?.end === undefined || newest === 0) return undefined;
  return { from: oldest.end, to: new Date(newest + LAST_SECOND_MS).toISOString() };
}

async function startingPoint(catalogue: Catalogue, options: PostgresRestoreOptions): Promise<BackupJob> {
  const jobs = await catalogue.jobs();
  const { to, backup } = options;
  if (to === undefined) return pickJob(jobs, backup ?? "latest");
  const window = await recoveryWindow(catalogue);
  if (window === undefined || to < new Date(window.from) || to > new Date(window.to)) {
    throw new PlatformError("that point in time cannot be restored", ExitCode.configuration, [
      {
        path: "--to",
        received: to.toISOString(),
        rule: window === undefined ? "there is no backup" : `must be between ${window.from} and ${window.to}`,
        fix: window === undefined ? "create a backup first" : "choose a time inside it, or leave --to out for its end",
      },
    ]);
  }
  if (backup !== undefined) return pickJob(jobs, backup);
  return pickJob(
    jobs.filter(({ end }) => end !== undefined && new Date(end) <= to),
    "latest",
  );
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
  const job = await startingPoint(catalogue, options);
  return await intoTarget(options.target, async () => {
    const started = performance.now();
    options.onStep?.(`fetching the base backup of ${job.id}`);
    // What is archived from here on is not part of the recovery.
    const archived = await archivedNames(catalogue);
    await fetchBase(catalogue, job, options.target);
    const fetchSeconds = (performance.now() - started) / 1000;
    options.onStep?.("replaying WAL");
    const { server, endOfArchive } = await recover(catalogue, options, archived);
    const replayed = await queryValue(server.source, LAST_COMMIT);
    const lastCommit = replayed === "" ? {} : { lastCommit: new Date(replayed).toISOString() };
    const short = endOfArchive ? await stoppedShort(newestSegment(archived), server) : undefined;
    const found = { ...lastCommit, ...(short === undefined ? {} : { stoppedShort: short }) };
    return { server, job, fetchSeconds, recoverySeconds: server.seconds, endOfArchive, ...found };
  });
}

const SEGMENT = /^[0-9A-F]{24}$/;
const LAST_COMMIT = `SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Names of segments and history files in the archive, as PostgreSQL asks for them. */
async function archivedNames({ storage }: Catalogue): Promise<string[]> {
  const found = await storage.list(`${serverName}/wals/`);
  return found.map(({ key }) => segmentOf(key) ?? /([0-9A-F]{8}\.history)/.exec(key)?.[1] ?? "");
}

function newestSegment(names: readonly string[]): string | undefined {
  return names
    .filter((name) => SEGMENT.test(name))
    .sort()
    .at(-1);
}

/** PostgreSQL takes the first segment that it cannot read for the end of the archive, and says nothing of those after it. */
async function stoppedShort(last: string | undefined, server: ScratchServer): Promise<string | undefined> {
  const replayed = await queryValue(server.source, "SELECT pg_walfile_name(pg_last_wal_replay_lsn())");
  // A promotion starts a new timeline: only the place within the log can be compared.
  if (last === undefined || replayed === "" || replayed.slice(8) >= last.slice(8)) return undefined;
  return `recovery ended in segment ${replayed.slice(8)}, the archive holds up to ${last.slice(8)}: one is damaged or missing`;
}

/** Fetches a base backup by barman-cloud, ready to be recovered by a server of its own. */
async function fetchBase({ storage }: Catalogue, job: BackupJob, target: string): Promise<void> {
  const { options, place, env } = archiveArguments(storage.address);
  const args = [...options, ...place, job.toolId ?? job.id, target];
  await runCommand(findProgram("barman-cloud-restore"), args, { env, failure: ExitCode.resource });
  await writeFile(join(target, "recovery.signal"), "");
}

/** In the data directory, from which PostgreSQL runs its `restore_command`. */
const NAMES_FILE = "archived-names";

/** PostgreSQL's words for a time that lies after the last commit of the archive. */
const BEYOND_LAST_COMMIT = "recovery ended before configured recovery target was reached";

interface Recovered {
  readonly server: ScratchServer;
  readonly endOfArchive: boolean;
}

async function recover(
  catalogue: Catalogue,
  options: PostgresRestoreOptions,
  archived: readonly string[],
): Promise<Recovered> {
  const names = join(options.target, NAMES_FILE);
  await writeFile(names, archived.map((name) => `${name}\n`).join(""));
  await handOver(options.target);
  const recovered = await recoverFrom(catalogue, options);
  await rm(names);
  return recovered;
}

async function recoverFrom(catalogue: Catalogue, options: PostgresRestoreOptions): Promise<Recovered> {
  const { target, to, user = "postgres", timeoutSeconds = 3600 } = options;
  const settings = {
    // About half of what PostgreSQL asks for is not there; barman takes a second each time to say so.
    restore_command: `grep -qxF %f ${NAMES_FILE} && ${restoreCommand(catalogue.storage.address)}`,
    recovery_target_action: "promote",
    recovery_target_timeline: "latest",
  };
  const { env } = archiveArguments(catalogue.storage.address);
  const start = async (more: Record<string, string>): Promise<ScratchServer> =>
    await startScratch(target, { user, timeoutSeconds, env, settings: { ...settings, ...more } });
  if (to === undefined) return { server: await start({}), endOfArchive: true };
  try {
    return { server: await start({ recovery_target_time: targetTime(to) }), endOfArchive: false };
  } catch (thrown) {
    // An idle database: no commit at or after that time is in the archive, so its end is the best there is.
    if (!messageOf(thrown).includes(BEYOND_LAST_COMMIT)) throw thrown;
    return { server: await start({}), endOfArchive: true };
  }
}
