import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
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

/** Path of the image's archive, written into the cache where it is not there yet. */
export async function imageArchive(spec: ImageSpec): Promise<string> {
  const short = (spec.names[0] ?? "").split("/").at(-1)?.replaceAll(":", "-") ?? "image";
  const target = join(cacheFolder(), "images", `${short}-${await digestOf(spec)}.tar`);
  return await kept(target, async (partial) => await writeImage(spec, partial));
}
