import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../../common/ports.js";
import { DrillPostgres } from "../../../operations/recovery/drill/postgres.js";
import { Stand } from "../../../operations/recovery/drill/stand.js";
import { temporaryFolder } from "../servers/process.js";
import { requireProgram } from "../servers/programs.js";

/** Skips, with the reason, where PostgreSQL is not to be had. */
export async function needsPostgres(context: Mocha.Context): Promise<void> {
  await requireProgram(context, "postgresql-15", "postgres");
}

/** A PostgreSQL for the engine, as production has one outside both regions. */
export async function startEngineDatabase(): Promise<DrillPostgres> {
  const folder = await temporaryFolder("engine-database");
  await chmod(folder, 0o755);
  const [port = 0] = await freePorts(1);
  return await DrillPostgres.create(join(folder, "data"), port);
}

export const urlOf = ({ source: { host, port, user } }: DrillPostgres): string =>
  `postgresql://${user}@${host}:${port}/postgres?sslmode=disable`;

/** Two regions on loopback, whose site file the command reads; detection is test-sized. */
export async function startStand(
  folder: string,
  more: object = {},
): Promise<{ readonly stand: Stand; readonly args: readonly string[] }> {
  const stand = await Stand.start({
    folder,
    stack: "production",
    primary: "us-east-1",
    standby: "us-west1",
    detection: { intervalSeconds: 1, failures: 3 },
    ttlSeconds: 1,
    more,
  });
  await writeFile(join(folder, "site.json"), JSON.stringify(stand.raw));
  return { stand, args: ["--site", join(folder, "site.json"), "--state", join(folder, "state")] };
}
