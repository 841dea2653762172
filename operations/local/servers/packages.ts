import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { messageOf } from "../../../common/errors.js";
import { cacheFolder, say, withLock } from "./cache.js";

/** A program of a Debian package, or why it cannot be had here. */
export type PackagedProgram =
  { readonly path: string; readonly missing?: undefined } | { readonly missing: string; readonly path?: undefined };

function onPath(program: string, more: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...more];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

async function install(name: string): Promise<void> {
  const started = performance.now();
  say(`installing the Debian package ${name}`);
  // The tests start servers themselves, on ports of their own: a service that the package starts would be in the way.
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const args = ["install", "--yes", "--no-install-recommends", name];
  await runCommand("apt-get", args, { env }).catch(async () => {
    await runCommand("apt-get", ["update"], { env });
    await runCommand("apt-get", args, { env });
  });
  say(`${name} installed in ${Math.round((performance.now() - started) / 1000)} s`);
}

/**
 * Path of `program`, from PATH or `folders`, else after installing Debian's package of it where this process is root
 * and apt is there. Never throws: a test that needs it skips with the reason.
 */
export async function ensurePackage(
  name: string,
  program: string,
  folders: readonly string[] = [],
): Promise<PackagedProgram> {
  const found = onPath(program, folders);
  if (found !== undefined) return { path: found };
  if (process.getuid?.() !== 0 || onPath("apt-get", []) === undefined) {
    return { missing: `${program} is not on PATH, and only root on Debian can install it (apt-get install ${name})` };
  }
  try {
    await withLock(join(cacheFolder(), "apt.lock"), () => install(name));
  } catch (thrown) {
    return { missing: `${program} is not on PATH, and apt-get install ${name} failed: ${messageOf(thrown)}` };
  }
  const path = onPath(program, folders);
  return path === undefined ? { missing: `the Debian package ${name} brought no ${program}` } : { path };
}
