import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";

/** Where built servers are kept: `$AGENT_PLATFORM_CACHE`, else the user's cache folder; never inside the checkout. */
export function cacheFolder(): string {
  const own = process.env.AGENT_PLATFORM_CACHE;
  return own ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "agent-platform");
}

/** One line for whoever waits. */
export function say(text: string): void {
  process.stderr.write(`servers: ${text}\n`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A folder of the cache. A place where none can be made is the user's to change. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    const received = cacheFolder();
    throw new PlatformError("the cache cannot be used", ExitCode.configuration, [
      {
        path: "AGENT_PLATFORM_CACHE",
        received,
        rule: `must be a folder in which this user can write (${messageOf(thrown)})`,
        fix: "name another, or leave it out: it is ~/.cache/agent-platform then",
      },
    ]);
  }
}

async function tryLock(file: string): Promise<true | undefined> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
  }
  const owner = Number(await readFile(file, "utf8").catch(() => "0"));
  // An empty file is a lock that is being written this very moment.
  if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
  return undefined;
}

/**
 * Runs `work` while no other process on this machine does the same. A lock whose process has died is taken over. Two
 * that take over at the same moment would both work: results are moved into place atomically, so the cost is time.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await makeFolder(join(file, ".."));
  await poll(() => tryLock(file), { what: `the lock ${file}`, intervalMs: 500, timeoutMs: 60 * 60_000 });
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * A file or folder of the cache, made where it is not there yet; two processes that ask at once make it once.
 * @param make Writes it to another path, from which it is moved into place: what is there is whole.
 */
export async function kept(target: string, make: (partial: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  return await withLock(`${target}.lock`, async () => {
    if (existsSync(target)) return target;
    const partial = `${target}.${process.pid}.partial`;
    await make(partial);
    await rename(partial, target);
    return target;
  });
}
