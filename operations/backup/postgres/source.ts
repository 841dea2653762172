import { runCommand } from "../../../common/command.js";
import { findProgram } from "../program.js";
import type { RepositoryAddress } from "../storage.js";

/** How the running PostgreSQL is reached: libpq's own settings; what is left out comes from its environment. */
export interface PostgresSource {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
}

/** Name of the server inside the archive, the same as CloudNativePG's plugin uses. */
export const serverName = "postgres";

export function libpq(source: PostgresSource): Record<string, string> {
  return {
    ...(source.host === undefined ? {} : { PGHOST: source.host }),
    ...(source.port === undefined ? {} : { PGPORT: String(source.port) }),
    ...(source.user === undefined ? {} : { PGUSER: source.user }),
    PGDATABASE: source.database ?? process.env.PGDATABASE ?? "postgres",
  };
}

/** Rows of one SQL statement's result, as text. */
export async function query(source: PostgresSource, sql: string): Promise<string[][]> {
  const args = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t"];
  const all = [...args, "--set=ON_ERROR_STOP=1", "--command", sql];
  const { stdout } = await runCommand(findProgram("psql"), all, { env: libpq(source) });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

export async function queryValue(source: PostgresSource, sql: string): Promise<string> {
  return (await query(source, sql))[0]?.[0] ?? "";
}

/** Arguments with which barman-cloud's programs find the archive. */
export function archiveArguments(address: RepositoryAddress): { readonly options: string[]; readonly place: string[] } {
  const path = address.path === "" ? "" : `/${address.path}`;
  const cloud = address.scheme === "gs" ? ["--cloud-provider", "google-cloud-storage"] : [];
  const server = address.endpoint === undefined ? [] : ["--endpoint-url", address.endpoint];
  return { options: [...cloud, ...server], place: [`${address.scheme}://${address.bucket}${path}`, serverName] };
}

/** With which a server that recovers, or a standby that follows, fetches WAL from the archive. */
export function restoreCommand(address: RepositoryAddress): string {
  const { options, place } = archiveArguments(address);
  return [findProgram("barman-cloud-wal-restore"), ...options, ...place, "%f", "%p"].join(" ");
}
