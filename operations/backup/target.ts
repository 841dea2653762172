import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { checking } from "./integrity.js";
import type { StoredObject } from "./job.js";
import type { ObjectStorage } from "./storage.js";

/**
 * Runs a restore into a new or empty folder. A restore that fails leaves the place as it found it, so that nobody takes
 * half a store for a whole one and the next attempt is not refused.
 * @throws PlatformError exit code 2 for a folder that holds anything.
 */
export async function intoTarget<T>(target: string, work: () => Promise<T>): Promise<T> {
  const existed = existsSync(target);
  await claimTarget(target);
  try {
    return await work();
  } catch (thrown) {
    for (const name of await readdir(target)) await rm(join(target, name), { recursive: true, force: true });
    if (!existed) await rm(target, { recursive: true, force: true });
    throw thrown;
  }
}

async function claimTarget(target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  const found = await readdir(target);
  if (found.length === 0) return;
  throw new PlatformError("a restore never overwrites", ExitCode.configuration, [
    {
      path: "--target",
      received: target,
      rule: `must be a new or empty folder (it holds ${found.slice(0, 3).join(", ")}${found.length > 3 ? ", …" : ""})`,
      fix: "restore into a new folder, check it, then switch",
    },
  ]);
}

/** Fetches one object of a backup into a file, and refuses it where it is not what was written. */
export async function fetchObject(storage: ObjectStorage, object: StoredObject, file: string): Promise<void> {
  const source = await storage.read(object.key);
  try {
    await pipeline(source, checking(object), createWriteStream(file));
  } catch (thrown) {
    throw new PlatformError(`cannot fetch ${object.key} to ${file}: ${messageOf(thrown)}`, ExitCode.resource);
  }
}
