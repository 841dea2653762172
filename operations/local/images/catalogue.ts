import { createHash } from "node:crypto";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, kept } from "../servers/cache.js";
import { ensureServer } from "../servers/ensure.js";
import type { ServerName } from "../servers/recipes.js";
import { ensurePackage } from "../servers/packages.js";
import { PlatformError } from "../../../common/errors.js";
import { runCommand } from "../../../common/command.js";
import { closureOf } from "./closure.js";
import { writeImage, type ImageEntry, type ImageSpec } from "./archive.js";

/** Users that the restricted level wants to see in every image that runs as somebody. */
export const usersFile: ImageEntry = {
  path: "/etc/passwd",
  text: "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
};

/** Path of a Debian package's program, or an error that says how to get it. */
export async function packaged(name: string, program: string, folders: readonly string[] = []): Promise<string> {
  const found = await ensurePackage(name, program, folders);
  if (found.path === undefined) throw new PlatformError(found.missing);
  return found.path;
}

/** Busybox by the given names: its shell, `nc`, `wget` and so on are what init containers and probes use. */
export async function busyboxImage(names: readonly string[]): Promise<ImageSpec> {
  // Not the static one, whose libc cannot look up a name.
  const program = await packaged("busybox", "busybox", ["/bin", "/usr/bin"]);
  const { stdout } = await runCommand(program, ["--list"]);
  const applets = stdout.split("\n").filter((applet) => applet !== "" && applet !== "busybox");
  const files = (await closureOf([program])).map((entry) =>
    "from" in entry && entry.from === program ? { ...entry, path: "/bin/busybox" } : entry,
  );
  return {
    names,
    entries: [
      ...files,
      ...applets.map((applet): ImageEntry => ({ path: `/bin/${applet}`, link: "busybox" })),
      { path: "/tmp", folder: true, mode: 0o1777 },
      usersFile,
    ],
    entrypoint: ["/bin/sh"],
  };
}

/** An image of one of the built servers, with the libraries that it asks for. */
export async function serverImage(server: ServerName, names: readonly string[]): Promise<ImageSpec> {
  const program = await ensureServer(server);
  const path = `/bin/${server}`;
  const files = (await closureOf([program])).map((entry) => (entry.path === program ? { path, from: program } : entry));
  return { names, entries: [...files, usersFile, { path: "/tmp", folder: true, mode: 0o1777 }], entrypoint: [path] };
}

async function digestOf(spec: ImageSpec): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(spec));
  for (const entry of spec.entries) {
    if (!("from" in entry)) continue;
    const { size, mtimeMs } = await stat(entry.from);
    hash.update(`${size} ${mtimeMs}`);
  }
  return hash.digest("hex").slice(0, 16);
}

/** Archives that nobody asked for in so long are removed when another is written, in milliseconds: a day. */
const UNUSED = 24 * 3_600_000;

async function removeUnused(folder: string): Promise<void> {
  // What images are made of is kept there too: bundles, and whole folders.
  for (const name of (await readdir(folder)).filter((each) => each.endsWith(".tar"))) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > UNUSED) await rm(file, { force: true });
  }
}

/** Path of the image's archive, written into the cache where it is not there yet. */
export async function imageArchive(spec: ImageSpec): Promise<string> {
  const short = (spec.names[0] ?? "").split("/").at(-1)?.replaceAll(":", "-") ?? "image";
  const folder = join(cacheFolder(), "images");
  const target = await kept(join(folder, `${short}-${await digestOf(spec)}.tar`), async (partial) => {
    await removeUnused(folder);
    await writeImage(spec, partial);
  });
  const now = new Date();
  await utimes(target, now, now);
  return target;
}
