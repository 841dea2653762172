import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { runCommand } from "../../../common/command.js";
import { asServerUser, findProgram, runServerProgram } from "../program.js";
import type { Catalogue } from "../catalogue.js";
import type { BackupJob } from "../job.js";
import type { RestoreCheck, Restorer } from "../verify.js";
import { canaryTable } from "./create.js";
import { restorePostgres } from "./restore.js";
import { libpq, query, queryValue, type PostgresSource } from "./source.js";

/** Restores to the end of the archive, then: amcheck over every table and index, the canary, and a count of all rows. */
export function postgresRestorer(catalogue: Catalogue, user = "postgres"): Restorer {
  return async (job, { jobs, folder }): Promise<RestoreCheck> => {
    const began = Date.now();
    await mkdir(dirname(folder), { recursive: true });
    // The server's user, who owns the restored folder only, must be able to reach it.
    if (process.getuid?.() === 0) await chmod(dirname(folder), 0o711);
    const restored = await restorePostgres(catalogue, { target: folder, backup: job.id, user });
    const short = restored.stoppedShort === undefined ? [] : [restored.stoppedShort];
    let found: RestoreCheck;
    try {
      const { source } = restored.server;
      const problems = [...short, ...(await amcheck(source)), ...(await missingCanary(source, newest(job, jobs)))];
      const replayed = await queryValue(
        source,
        "SELECT extract(epoch FROM coalesce(pg_last_xact_replay_timestamp(), now()))",
      );
      found = {
        rtoSeconds: round(restored.fetchSeconds + restored.recoverySeconds),
        rpoSeconds: round(Math.max(0, began / 1000 - Number(replayed))),
        counts: await rowCounts(source),
        problems,
      };
    } finally {
      await restored.server.stop();
    }
    return { ...found, problems: [...found.problems, ...(await damagedPages(folder))] };
  };
}

/** Checksums of every page of every file, those included that no query reads; nothing where the database has none. */
async function damagedPages(data: string): Promise<string[]> {
  const { exitCode, stderr } = await runServerProgram("pg_checksums", ["--check", "--pgdata", data], {
    allowExitCodes: [1],
  });
  if (exitCode === 0 || stderr.includes("not enabled")) return [];
  return stderr.trim().split("\n").slice(0, 10);
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

/** The last job whose WAL the restore replays: its canary is the newest thing that must be there. */
function newest(job: BackupJob, jobs: readonly BackupJob[]): BackupJob {
  const later = jobs.filter(({ status, start }) => status === "completed" && start >= job.start);
  return later.at(-1) ?? job;
}

async function missingCanary(source: PostgresSource, job: BackupJob): Promise<string[]> {
  const canary = job.expect?.canary;
  if (canary === undefined) return [];
  const found = await queryValue(source, `SELECT count(*) FROM ${canaryTable} WHERE id = '${canary}'`);
  return found === "1" ? [] : [`the canary row of ${job.id} is not in the restored database`];
}

/** amcheck over every table and index, and a count of all rows: of a database that runs, wherever it came from. */
export async function checkDatabase(source: PostgresSource): Promise<Pick<RestoreCheck, "problems" | "counts">> {
  const problems = await amcheck(source);
  return { problems, counts: await rowCounts(source) };
}

async function amcheck(source: PostgresSource): Promise<string[]> {
  const args = ["--all", "--install-missing", "--heapallindexed"];
  const [program, all] = asServerUser(findProgram("pg_amcheck"), args);
  const { exitCode, stdout } = await runCommand(program, all, { env: libpq(source), allowExitCodes: [2] });
  return exitCode === 0 ? [] : stdout.trim().split("\n").slice(0, 10);
}

/** Rows of every table, by counting them: the planner's estimates prove nothing. */
async function rowCounts(source: PostgresSource): Promise<Record<string, number>> {
  const databases = await query(source, "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate");
  const counts: Record<string, number> = {};
  for (const [database = ""] of databases) {
    const inside = { ...source, database };
    const tables = await query(
      inside,
      `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    for (const [table = ""] of tables) {
      counts[`${database}.${table}`] = Number(await queryValue(inside, `SELECT count(*) FROM ${table}`));
    }
  }
  return counts;
}
