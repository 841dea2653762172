import { isAbsolute, join, resolve } from "node:path";

/** Root of the project: where Pulumi.yaml is. */
export const projectRoot = join(__dirname, "..");

/** A path as the user gave it, from the folder in which the command was typed. */
export function userPath(path: string): string {
  return isAbsolute(path) ? path : resolve(process.env.AGENT_PLATFORM_CWD ?? process.cwd(), path);
}
