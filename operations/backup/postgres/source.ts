import { runCommand } from "../../../common/command.js";
import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";
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

const REFUSAL = /password authentication failed|no password supplied|no pg_hba\.conf entry|role "[^"]*" does not exist/;

/** What libpq or barman says where the server does not let the user in, as an error of its own; nothing for any other. */
function refusalOf(thrown: unknown): PlatformError | undefined {
  const line = messageOf(thrown)
    .split("\n")
    .find((text) => REFUSAL.test(text));
  if (line === undefined) return undefined;
  return new PlatformError(
    `PostgreSQL refuses us: ${line.trim()}; PGUSER and PGPASSWORD name a user who may back it up`,
    ExitCode.authentication,
  );
}

/** Rows of one SQL statement's result, as text. */
export async function query(source: PostgresSource, sql: string): Promise<string[][]> {
  const args = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t"];
  const all = [...args, "--set=ON_ERROR_STOP=1", "--command", sql];
  const options = { env: libpq(source), failure: ExitCode.resource };
  const { stdout } = await runCommand(findProgram("psql"), all, options).catch((thrown: unknown) => {
    throw refusalOf(thrown) ?? thrown;
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

export async function queryValue(source: PostgresSource, sql: string): Promise<string> {
  return (await query(source, sql))[0]?.[0] ?? "";
}

/** How barman-cloud's programs find an archive. */
interface ArchiveArguments {
  readonly options: readonly string[];
  readonly place: readonly string[];
  /** Environment of the program; for a server that recovers, its own, which its `restore_command` inherits. */
  readonly env: Readonly<Record<string, string>>;
}

/** Arguments and environment with which barman-cloud's programs find the archive. */
export function archiveArguments({ scheme, bucket, path, endpoint }: RepositoryAddress): ArchiveArguments {
  const place = [`${scheme}://${bucket}${path === "" ? "" : `/${path}`}`, serverName];
  if (scheme === "gs") {
    // Google's client takes another server from its environment only.
    const env: Record<string, string> = endpoint === undefined ? {} : { STORAGE_EMULATOR_HOST: endpoint };
    return { options: ["--cloud-provider", "google-cloud-storage"], place, env };
  }
  return { options: endpoint === undefined ? [] : ["--endpoint-url", endpoint], place, env: {} };
}

/** With which a server that recovers, or a standby that follows, fetches WAL from the archive. */
export function restoreCommand(address: RepositoryAddress): string {
  const { options, place } = archiveArguments(address);
  return [findProgram("barman-cloud-wal-restore"), ...options, ...place, "%f", "%p"].join(" ");
}
