import { join } from "node:path";
import { existsSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";
import { runCommand } from "../../../common/command.js";
import { Catalogue } from "../../backup/catalogue.js";
import { checkDatabase } from "../../backup/postgres/check.js";
import { recoveryWindow, restorePostgres } from "../../backup/postgres/restore.js";
import { handOver, startScratch } from "../../backup/postgres/server.js";
import { query } from "../../backup/postgres/source.js";
import type { Action, ActionContext, Outcome } from "../action.js";
import { openPlace } from "../site/places.js";
import type { Database, Site } from "../site/site.js";
import { requireDatabase } from "./writes.js";
import * as cloudNative from "./restore-cluster.js";

type Server = Extract<Database, { kind: "postgres" }>;

function catalogueOf({ backups }: Site): Catalogue {
  if (backups.postgres !== undefined) return new Catalogue(openPlace(backups.postgres), "postgres");
  throw new PlatformError("the site file names no backups of postgres", ExitCode.configuration);
}

/** The damaged region's database as the site describes it. */
function databaseOf({ site, from }: Pick<ActionContext, "site" | "from">): Database {
  const database = site.regions[from]?.database;
  if (database !== undefined) return database;
  throw new PlatformError(
    `${from} has no database in the site file, and this plan restores it`,
    ExitCode.configuration,
  );
}

function localOf(database: Server): NonNullable<Server["local"]> {
  if (database.local !== undefined) return database.local;
  throw new PlatformError(
    "the site file does not say where this database's data is on this machine (database.local): restore it by its runbook, restore-database",
    ExitCode.configuration,
  );
}

/** Where a run's restored copy lies: beside the damaged one, so that taking its place is a rename. */
const restoredFolder = (data: string, runId: string): string => `${data}.restored-${runId}`;
const damagedFolder = (data: string, runId: string): string => `${data}.damaged-${runId}`;

const ARCHIVE_SECONDS = 90;

/** The archive must hold the damage itself, or the restore has no end: the last segment is sent off where it can be. */
async function archiveTheRest(database: Server): Promise<void> {
  try {
    const [[segment = ""] = []] = await query(database, "SELECT pg_walfile_name(pg_switch_wal())");
    await poll(
      async () => {
        const [[last = ""] = []] = await query(
          database,
          "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver",
        );
        return last >= segment ? true : undefined;
      },
      { what: `${segment} to be archived`, intervalMs: 500, timeoutMs: ARCHIVE_SECONDS * 1000 },
    );
  } catch {
    // A database that is too damaged to answer is restored from what the archive has.
  }
}

export const assessDatabase: Action = {
  summary: "check every table and index for damage, and count rows",
  effects: ({ from }) => [`database of ${from}: read only`],
  run: async ({ site, from }): Promise<Outcome> => {
    const config = site.regions[from]?.database;
    if (config?.kind !== "postgres") {
      const { detail } = await (await requireDatabase(site, from)).standing();
      return { summary: `${detail}; look inside by the runbook: kubectl cnpg psql` };
    }
    const { problems, counts } = await checkDatabase(config);
    const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const tables = Object.entries(counts).map(([table, count]) => `${table} ${count}`);
    const damage = problems.length === 0 ? "no damage that amcheck sees" : `DAMAGE: ${problems.slice(0, 3).join("; ")}`;
    return { summary: `${damage}; ${rows} rows: ${tables.join(", ")}`, facts: { problems: problems.length } };
  },
};

export const proposeRestorePoint: Action = {
  summary: "find the newest point before the damage that the archive covers",
  effects: ({ site }) => [`backups at ${site.backups.postgres?.uri ?? "(none in the site file)"}: read only`],
  run: async ({ site, from, facts, startedAt }): Promise<Outcome> => {
    const database = site.regions[from]?.database;
    if (database?.kind === "postgres") await archiveTheRest(database);
    const window = await recoveryWindow(catalogueOf(site));
    if (window === undefined) throw new PlatformError("there is no backup to restore from", ExitCode.resource);
    // A moment before it, because the damage itself has a time too.
    const damage = Date.parse(String(facts.damagedAt ?? facts.outageSince ?? facts.writesStoppedAt ?? startedAt)) - 1;
    const point = new Date(Math.max(damage, Date.parse(window.from))).toISOString();
    return {
      summary: `the archive covers ${window.from} to ${window.to}; proposed: ${point}`,
      proposes: { restoreTo: point },
      facts: { windowFrom: window.from, windowTo: window.to },
    };
  },
};

async function restoreServer({ site, facts, runId }: ActionContext, database: Server): Promise<Outcome> {
  const target = restoredFolder(localOf(database).data, runId);
  const to = new Date(String(facts.restoreTo));
  // What an earlier attempt left is a copy that nobody has seen.
  await rm(target, { recursive: true, force: true });
  const restored = await restorePostgres(catalogueOf(site), { target, to, user: database.user });
  await restored.server.stop();
  const seconds = Math.round(restored.fetchSeconds + restored.recoverySeconds);
  return {
    summary: `${restored.job.id} restored to ${to.toISOString()} in ${seconds} s, at ${target}`,
    commands: [`npm run backup -- restore postgres --to ${to.toISOString()} --target ${target}`],
    facts: { restoredFrom: restored.job.id, rpoSeconds: lossOf(facts, to) },
  };
}

/** Good writes between the restore point and the damage are lost: as time. */
function lossOf(facts: ActionContext["facts"], to: Date): number {
  const until = facts.damagedAt ?? facts.outageSince ?? facts.writesStoppedAt;
  return until === undefined ? 0 : Math.max(0, (Date.parse(String(until)) - to.getTime()) / 1000);
}

export const restoreDatabase: Action = {
  summary: "restore the chosen point beside the damaged database",
  effects: ({ site, from }) => [
    `backups at ${site.backups.postgres?.uri ?? "(none in the site file)"}: read only`,
    `a new database beside that of ${from}, which stays as it is`,
  ],
  run: async (context): Promise<Outcome> => {
    const database = databaseOf(context);
    return database.kind === "postgres"
      ? await restoreServer(context, database)
      : await cloudNative.restoreCluster(context, database.cluster);
  },
};

export const checkRestored: Action = {
  summary: "check every table and index of the restored database, and count rows",
  effects: () => ["the restored database: read only"],
  run: async (context): Promise<Outcome> => {
    const database = databaseOf(context);
    if (database.kind !== "postgres") return await cloudNative.checkCluster(context, database.cluster);
    const data = restoredFolder(localOf(database).data, context.runId);
    if (!existsSync(data)) return { summary: "the restored database has taken its place already" };
    const scratch = await startScratch(data, { user: database.user, timeoutSeconds: 600, settings: {} });
    try {
      const { problems, counts } = await checkDatabase(scratch.source);
      if (problems.length > 0) throw new Error(`the restored database is damaged: ${problems.slice(0, 3).join("; ")}`);
      const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
      return { summary: `no damage, ${rows} rows`, facts: { restoredRows: rows } };
    } finally {
      await scratch.stop();
    }
  },
};

async function adoptServer({ runId }: ActionContext, database: Server): Promise<Outcome> {
  const { data, stop, start } = localOf(database);
  const [restored, damaged] = [restoredFolder(data, runId), damagedFolder(data, runId)];
  const call = async ([program = "", ...args]: readonly string[]): Promise<string> => {
    // A server that is down (or up) already answers with an error: what counts is the check below.
    const { stdout, stderr } = await runCommand(program, args, { allowExitCodes: [1], timeoutMs: 60_000 });
    return (stderr || stdout).trim().split("\n").slice(-3).join(" ");
  };
  if (existsSync(restored)) {
    await call(stop);
    // Each rename is one step that either happened or did not: whoever comes again sees which.
    if (!existsSync(damaged)) await rename(data, damaged);
    // The damaged server's own settings: port, addresses, archive.
    for (const file of ["postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf"]) {
      if (existsSync(join(damaged, file))) await cp(join(damaged, file), join(restored, file));
    }
    await handOver(restored);
    await rename(restored, data);
  }
  const said = await call(start);
  await poll(async () => ((await query(database, "SELECT 1")).length > 0 ? true : undefined), {
    what: `the restored database on port ${database.port} (its start said: ${said})`,
    timeoutMs: 120_000,
  });
  return {
    summary: `the restored database serves on port ${database.port}; the damaged one is kept at ${damaged}`,
    commands: [stop.join(" "), `mv ${data} ${damaged}`, `mv ${restored} ${data}`, start.join(" ")],
  };
}

export const adoptRestored: Action = {
  summary: "let the restored database take the damaged one's place",
  effects: ({ from }) => [`database of ${from}: the restored one answers under its name; the damaged one is kept`],
  run: async (context): Promise<Outcome> => {
    const database = databaseOf(context);
    return database.kind === "postgres"
      ? await adoptServer(context, database)
      : await cloudNative.adoptCluster(context, database.cluster);
  },
};
