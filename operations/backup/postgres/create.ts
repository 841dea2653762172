import { randomUUID } from "node:crypto";
import { runCommand } from "../../../common/command.js";
import { ExitCode } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";
import { checksums, type Catalogue, type Outcome } from "../catalogue.js";
import type { BackupJob } from "../job.js";
import { findProgram } from "../program.js";
import type { ObjectStorage } from "../storage.js";
import { baseBackups, readBackupInfo, segmentOf } from "./archive.js";
import { archiveArguments, libpq, query, queryValue, serverName, type PostgresSource } from "./source.js";

/** Table with the row by which a restore shows that it holds what the backup promised. */
export const canaryTable = "agent_platform.canary";

export interface PostgresCreateOptions {
  readonly source: PostgresSource;
  /** Seconds for the archiver to upload the last segment. Default 300, which is the RPO. */
  readonly archiveSeconds?: number;
  /** Told of each step as it begins. */
  readonly onStep?: (what: string) => void;
}

/** For barman to leave its own note of a failure in the archive. */
const FAILED_GRACE_MS = 15_000;

/** A full backup by barman-cloud, with the WAL that makes it consistent; checksums are of what the store gives back. */
export async function createFull(catalogue: Catalogue, options: PostgresCreateOptions): Promise<BackupJob> {
  return await catalogue.run("full", async (): Promise<Outcome> => {
    const { storage } = catalogue;
    const canary = await writeCanary(options.source);
    const before = new Set(await baseBackups(storage));
    options.onStep?.("uploading the base backup");
    await runBarman(storage, options.source);
    const toolId = (await baseBackups(storage)).find((id) => !before.has(id));
    if (toolId === undefined) throw new Error("barman-cloud-backup ended well but left no backup");
    options.onStep?.("waiting for the WAL that makes it consistent");
    const wal = await archiveNow(catalogue, options, await firstSegment(storage, toolId));
    options.onStep?.("reading back what was stored, for its checksums");
    const base = (await storage.list(`${serverName}/base/${toolId}/`)).map(({ key }) => key);
    return { toolId, wal: wal.range, expect: { canary }, objects: await checksums(storage, [...base, ...wal.keys]) };
  });
}

/** What was written since the last job: the WAL up to now, archived and with checksums of its own. */
export async function createIncremental(catalogue: Catalogue, options: PostgresCreateOptions): Promise<BackupJob> {
  return await catalogue.run("incremental", async (): Promise<Outcome> => {
    const jobs = (await catalogue.jobs()).filter(({ status }) => status === "completed");
    const last = jobs.at(-1);
    if (last?.wal === undefined) throw new Error("an increment needs a full backup before it");
    const canary = await writeCanary(options.source);
    const known = new Set(jobs.flatMap(({ objects }) => (objects ?? []).map(({ key }) => key)));
    options.onStep?.("waiting for the WAL up to now");
    const wal = await archiveNow(catalogue, options, last.wal.to);
    options.onStep?.("reading back what was stored, for its checksums");
    const keys = wal.keys.filter((key) => !known.has(key));
    return {
      wal: { from: last.wal.to, to: wal.range.to },
      expect: { canary },
      objects: await checksums(catalogue.storage, keys),
    };
  });
}

async function runBarman(storage: ObjectStorage, source: PostgresSource): Promise<void> {
  const { options, place, env } = archiveArguments(storage.address);
  const args = ["--immediate-checkpoint", "--gzip", ...options];
  if (source.host !== undefined) args.push("--host", source.host);
  if (source.port !== undefined) args.push("--port", String(source.port));
  if (source.user !== undefined) args.push("--user", source.user);
  await runCommand(findProgram("barman-cloud-backup"), [...args, ...place], {
    env: { ...libpq(source), ...env },
    failure: ExitCode.resource,
    // Where an upload broke off it says so, and then waits for ever for workers that are gone (barman 3.4).
    lastWords: { said: /ERROR: Backup failed/, graceMs: FAILED_GRACE_MS },
  });
}

async function firstSegment(storage: ObjectStorage, toolId: string): Promise<string> {
  const { begin_wal: segment } = await readBackupInfo(storage, toolId);
  if (segment === undefined) throw new Error(`backup ${toolId} names no first WAL segment`);
  return segment;
}

async function writeCanary(source: PostgresSource): Promise<string> {
  const canary = randomUUID();
  await query(
    source,
    `SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS ${canaryTable.split(".")[0] ?? ""};
     CREATE TABLE IF NOT EXISTS ${canaryTable} (id uuid PRIMARY KEY, written timestamptz NOT NULL DEFAULT clock_timestamp());
     INSERT INTO ${canaryTable} (id) VALUES ('${canary}')`,
  );
  return canary;
}

interface ArchivedWal {
  /** Segments from the first that is needed to the last that was written. */
  readonly range: { readonly from: string; readonly to: string };
  readonly keys: readonly string[];
}

/** Closes the current segment and waits until the archive holds it: from here on, what was committed can be restored. */
async function archiveNow(catalogue: Catalogue, options: PostgresCreateOptions, from: string): Promise<ArchivedWal> {
  const { source, archiveSeconds = 300 } = options;
  const last = await queryValue(source, "SELECT pg_walfile_name(pg_switch_wal())");
  return await poll(
    async () => {
      const found = await catalogue.storage.list(`${serverName}/wals/`);
      const wanted = found.filter(({ key }) => {
        const segment = segmentOf(key);
        // The timeline leads the name: a promotion's history file is kept, its segments follow in order.
        return segment === undefined ? key.includes(".history") : segment >= from;
      });
      if (!wanted.some(({ key }) => segmentOf(key) === last)) return undefined;
      return { range: { from, to: last }, keys: wanted.map(({ key }) => key) };
    },
    { what: `segment ${last} to be archived`, intervalMs: 250, timeoutMs: archiveSeconds * 1000 },
  );
}
