import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { messageOf } from "../../../common/errors.js";
import { cacheFolder, say, withLock } from "../../../operations/local/servers/cache.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";

export type PythonProgram =
  { readonly path: string; readonly missing?: undefined } | { readonly missing: string; readonly path?: undefined };

interface PythonEnvironment {
  /** Requirements, pinned exactly. */
  readonly packages: readonly string[];
  readonly program: string;
  /** For PostgreSQL's own user too, who may not enter the home of root; with the modules that Debian installed. Default no. */
  readonly shared?: boolean;
}

/** A program of pinned Python packages, installed on first use into an environment of its own in the cache. */
export async function ensurePython(
  name: string,
  { packages, program, shared = false }: PythonEnvironment,
): Promise<PythonProgram> {
  const cache = shared && process.getuid?.() === 0 ? "/var/cache/agent-platform" : cacheFolder();
  const folder = join(cache, "python", name);
  const path = join(folder, "bin", program);
  if (existsSync(path)) return { path };
  const venv = await ensurePackage("python3-venv", "python3");
  if (venv.missing !== undefined) return venv;
  const [python, more] = shared ? ["/usr/bin/python3", ["--system-site-packages"]] : [venv.path, []];
  try {
    await withLock(`${folder}.lock`, async () => {
      if (existsSync(path)) return;
      say(`installing ${packages.join(", ")} from PyPI, about a minute`);
      await rm(folder, { recursive: true, force: true });
      // Programs of an environment name its folder, so it is made in place.
      await runCommand(python, ["-m", "venv", ...more, folder]);
      await runCommand(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ...packages]);
    });
  } catch (thrown) {
    return { missing: `${packages.join(", ")} cannot be installed here: ${messageOf(thrown)}` };
  }
  return { path };
}
