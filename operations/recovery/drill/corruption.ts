import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import { Catalogue } from "../../backup/catalogue.js";
import { createFull } from "../../backup/postgres/create.js";
import { asServerUser, findProgram } from "../../backup/program.js";
import { archiveArguments, query } from "../../backup/postgres/source.js";
import { carry } from "../engine/engine.js";
import { dataLoss } from "../plans/data-loss.js";
import { databaseCorruption } from "../plans/database-corruption.js";
import { securityBreach } from "../plans/security-breach.js";
import type { RunInput, RunRecord } from "../run/record.js";
import { openPlace } from "../site/places.js";
import { parseSite } from "../site/load.js";
import type { Place, Site } from "../site/site.js";
import { DrillClient } from "./client.js";
import { DrillPostgres } from "./postgres.js";
import { drillInput, resultOf, type DrillResult } from "./result.js";
import type { Plan } from "../plans/plan.js";
import type { DrillOptions } from "./outage.js";
import { StandInService } from "./service.js";
import { freePorts } from "../../../common/ports.js";

const ADDRESS = "127.0.0.2";
const WARM_UP = 40;

export interface CorruptionOptions {
  readonly folder: string;
  readonly stack: string;
  readonly region: string;
  readonly plan: keyof typeof damages;
  /** Where the drill's own backups go: an S3 bucket, because barman-cloud writes to nothing else. */
  readonly repository: Place;
  /** Cluster of the region: security-breach isolates the service in it. */
  readonly kubeconfig?: string;
}

export interface CorruptionDrilled {
  readonly result: DrillResult;
  readonly record: RunRecord;
  /** Rows that were good when the damage was done, and those of them that the restored database has. */
  readonly goodRows: number;
  readonly goodRowsAfter: number;
  /** Rows that the damage had changed, and that are still wrong. */
  readonly badRowsAfter: number;
}

function siteOf(
  { folder, stack, region, repository, kubeconfig }: CorruptionOptions,
  database: DrillPostgres,
  http: number,
): Site {
  const [program, args] = asServerUser(findProgram("pg_ctl"), ["-D", database.data, "-w"]);
  // In the data folder, which is all that the server's user may write to.
  const log = join(database.data, "restored.log");
  const raw = {
    stack,
    publicUrl: `http://${ADDRESS}:${http}`,
    primary: region,
    regions: {
      [region]: {
        url: `http://${ADDRESS}:${http}`,
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        database: {
          kind: "postgres",
          host: "127.0.0.1",
          port: database.source.port,
          local: {
            data: database.data,
            stop: [program, ...args, "-m", "immediate", "stop"],
            start: [program, ...args, "-l", log, "start"],
          },
        },
      },
    },
    control: { uri: `file://${join(folder, "control")}` },
    backups: { postgres: repository },
  };
  return parseSite(raw, "the drill's stand-in");
}

const value = async (database: DrillPostgres, sql: string): Promise<number> =>
  Number((await query(database.source, sql))[0]?.[0] ?? "0");

/** What goes wrong: a migration (or somebody who got in) overwrites every second row, or a job deletes it. */
const damages = {
  "database-corruption": { plan: databaseCorruption, sql: "UPDATE memories SET body = 'damaged' WHERE id % 2 = 0" },
  "security-breach": { plan: securityBreach, sql: "UPDATE memories SET body = 'damaged' WHERE id % 2 = 0" },
  "data-loss": { plan: dataLoss, sql: "DELETE FROM memories WHERE id % 2 = 0" },
} as const;

/** Does the damage; the moment just before is the damage's. */
async function damage(
  database: DrillPostgres,
  sql: string,
): Promise<{ readonly damagedAt: string; readonly goodRows: number }> {
  const [[clock = ""] = []] = await query(
    database.source,
    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
  );
  // Rows of that very millisecond would belong to neither side.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const goodRows = await value(database, `SELECT count(*) FROM memories WHERE at <= '${clock}'`);
  await query(database.source, sql);
  return { damagedAt: clock, goodRows };
}

interface Bench {
  readonly database: DrillPostgres;
  readonly service: StandInService;
  readonly site: Site;
}

/** A database that archives, its table, a full backup, and a service on it. */
async function prepare(options: CorruptionOptions): Promise<Bench> {
  const { folder, repository, region } = options;
  await mkdir(folder, { recursive: true });
  // PostgreSQL runs as a user of its own, who must be able to pass through.
  await chmod(folder, 0o755);
  const catalogue = new Catalogue(openPlace(repository), "postgres");
  const where = archiveArguments(catalogue.storage.address);
  const archive = [findProgram("barman-cloud-wal-archive"), "--gzip", ...where.options, ...where.place, "%p"].join(" ");
  const settings = { archive_mode: "on", archive_timeout: "60", archive_command: `'${archive}'` };
  const [port = 0, http = 0] = await freePorts(2);
  const database = await DrillPostgres.create(join(folder, "primary"), port, settings);
  const site = siteOf(options, database, http);
  const { healthPath, probePath: itemsPath } = site;
  const pool = { ...database.source, database: "postgres" };
  const service = new StandInService({ region, address: ADDRESS, port: http, healthPath, itemsPath, database: pool });
  await database.makeTable();
  await service.start();
  await createFull(catalogue, { source: database.source });
  return { database, service, site };
}

/** A database on this machine is damaged by a wrong statement, and the plan takes it back to the moment before. */
export async function drillCorruption(
  standOptions: CorruptionOptions,
  options: DrillOptions,
): Promise<CorruptionDrilled> {
  const say = options.onProgress ?? (() => undefined);
  const { plan, sql } = damages[standOptions.plan];
  say("starting a database that archives, its service, and a full backup");
  const { database, service, site } = await prepare(standOptions);
  try {
    const client = new DrillClient(site);
    client.start();
    await poll(() => (client.count >= WARM_UP ? true : undefined), { what: "the first writes", timeoutMs: 120_000 });
    const { damagedAt, goodRows } = await damage(database, sql);
    say(`every second row is damaged, at ${damagedAt}`);
    const input = inputOf({ standOptions, options, plan, damagedAt });
    const { files, by, onRecord } = options;
    const engineFolder = join(standOptions.folder, "engine");
    const record = await carry(input, {
      site,
      files,
      by,
      engineFolder,
      ...(onRecord === undefined ? {} : { onRecord }),
    });
    const counts = await client.finish();
    const good = `SELECT count(*) FROM memories WHERE at <= '${damagedAt}' AND body <> 'damaged'`;
    return {
      result: resultOf(record, { by, client: counts }),
      record,
      goodRows,
      goodRowsAfter: await value(database, good),
      badRowsAfter: await value(database, "SELECT count(*) FROM memories WHERE body = 'damaged'"),
    };
  } finally {
    await service.stop();
    await database.stopWherever();
  }
}

function inputOf(of: {
  readonly standOptions: CorruptionOptions;
  readonly options: DrillOptions;
  readonly plan: Plan;
  readonly damagedAt: string;
}): RunInput {
  const { stack, region } = of.standOptions;
  const { damagedAt, plan } = of;
  return {
    ...drillInput(of.options),
    stack,
    plan,
    from: region,
    to: region,
    since: damagedAt,
    values: { damagedAt },
  };
}
