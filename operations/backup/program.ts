import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand, type CommandOptions, type CommandResult } from "../../common/command.js";
import { ExitCode, PlatformError } from "../../common/errors.js";

/** Where distributions keep server programs that are not on PATH. */
const SERVER_FOLDERS = ["17", "16", "15"].map((version) => `/usr/lib/postgresql/${version}/bin`);

/** Path of a database's own program, by the first of its names that is found: in `$POSTGRES_BIN`, where Debian keeps it, or on PATH. */
export function findProgram(...names: readonly string[]): string {
  const folders = [process.env.POSTGRES_BIN ?? "", ...SERVER_FOLDERS, ...(process.env.PATH ?? "").split(delimiter)];
  const paths = names.flatMap((name) => folders.filter((folder) => folder !== "").map((folder) => join(folder, name)));
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new PlatformError(`${names.join(" or ")} was not found: install it, or add its folder to PATH`, ExitCode.error);
}

/** A program and its arguments for a user that PostgreSQL accepts: it refuses to run as root. */
export function asServerUser(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (process.getuid?.() !== 0) return [program, args];
  return ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, ...args]];
}

/** Runs one of the database's own programs as the server's user. */
export async function runServerProgram(
  name: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, all] = asServerUser(findProgram(name), args);
  return await runCommand(program, all, options);
}
