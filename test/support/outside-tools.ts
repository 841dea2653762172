import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../common/command.js";
import { messageOf } from "../../common/errors.js";
import { cacheFolder, say, withLock } from "../../operations/local/servers/cache.js";
import { skip } from "./counts.js";

/** Installs something into a folder of the cache once, whoever asks first; skips the test where it cannot be had. */
async function installed(
  context: Mocha.Context,
  { path, folder, what }: { readonly path: string; readonly folder: string; readonly what: string },
  install: () => Promise<void>,
): Promise<string> {
  if (existsSync(path)) return path;
  try {
    await mkdir(folder, { recursive: true });
    await withLock(join(folder, ".lock"), async () => {
      if (existsSync(path)) return;
      say(`installing ${what}`);
      await install();
    });
  } catch (thrown) {
    return skip(context, `${what} cannot be had: ${messageOf(thrown)}`);
  }
  return path;
}

/** A program of a Go module, built at a pinned version into the cache. */
export async function goTool(context: Mocha.Context, program: string, module: string): Promise<string> {
  const folder = join(cacheFolder(), "tools", module.replaceAll(/[^\w.]+/g, "-"));
  return await installed(context, { path: join(folder, program), folder, what: module }, async () => {
    await runCommand("go", ["install", module], { env: { GOBIN: folder, GOFLAGS: "-mod=mod", GOWORK: "off" } });
  });
}

/** A program of a Python package, at a pinned version in an environment of its own in the cache. */
export async function pythonTool(context: Mocha.Context, program: string, requirement: string): Promise<string> {
  const folder = join(cacheFolder(), "tools", requirement.replaceAll(/[^\w.]+/g, "-"));
  return await installed(context, { path: join(folder, "bin", program), folder, what: requirement }, async () => {
    await runCommand("python3", ["-m", "venv", folder]);
    await runCommand(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", requirement]);
  });
}
