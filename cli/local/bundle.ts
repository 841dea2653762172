import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageEntry } from "../../operations/local/images/archive.js";
import { closureOf } from "../../operations/local/images/closure.js";
import { cacheFolder, kept } from "../../operations/local/servers/cache.js";

/** Not where it is on this machine: a volume of the pod may hide that folder. */
export const NODE = "/bin/node";

/** This Node with its libraries. */
export async function nodeEntries(): Promise<ImageEntry[]> {
  return (await closureOf([process.execPath])).map((entry) =>
    entry.path === process.execPath ? { path: NODE, from: process.execPath } : entry,
  );
}

/** A bundle in the cache under a name that tells what it holds, so that the same program is the same image. */
export async function keptBundle(name: string, build: (file: string) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "agent-platform-bundle-"));
  try {
    const file = join(folder, `${name}.js`);
    await build(file);
    const digest = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    const target = join(cacheFolder(), "images", `${name}-${digest.slice(0, 16)}.js`);
    return await kept(target, async (partial) => await copyFile(file, partial));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
