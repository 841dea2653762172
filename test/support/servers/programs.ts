import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { skip } from "../counts.js";

/** Where Debian keeps PostgreSQL's servers: beside PATH, for one version each. */
const FOLDERS = ["/usr/lib/postgresql/15/bin"];

/** Path of a program of a Debian package, installed where it is absent; skips, with the reason, where it cannot be had. */
export async function requireProgram(context: Mocha.Context, debian: string, program = debian): Promise<string> {
  const { path, missing } = await ensurePackage(debian, program, FOLDERS);
  return missing === undefined ? path : skip(context, missing);
}
