import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack, type Header, type Pack } from "tar-stream";

/** One file, folder or link of an image. */
export type ImageEntry =
  | { readonly path: string; readonly from: string; readonly mode?: number }
  | { readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number; readonly owner?: number };

/** What an image is called, holds and runs. */
export interface ImageSpec {
  /** Full names: `docker.io/library/redis:7`, `ghcr.io/example/agent-memory-service:1.0.0`. */
  readonly names: readonly string[];
  readonly entries: readonly ImageEntry[];
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `uid:gid`; default the restricted level's demand is met by the pod. */
  readonly user?: string;
  readonly workingFolder?: string;
  /** Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

/** Every file below a folder, at its own path. */
export async function treeOf(folder: string): Promise<ImageEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path): ImageEntry => ({ path, from: path, mode: 0o644 }));
}

type NamedHeader = Partial<Header> & Pick<Header, "name">;

// The same content gives the same archive: nothing in it tells when it was made.
const EPOCH = new Date(0);

async function add(tar: Pack, header: NamedHeader, content: string | Buffer = ""): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tar.entry({ ...header, mtime: EPOCH }, content, (error) => (error ? reject(error) : resolve()));
  });
}

async function addFile(tar: Pack, header: NamedHeader, from: string): Promise<void> {
  const { size } = await stat(from);
  const entry = tar.entry({ ...header, mtime: EPOCH, size });
  await pipeline(createReadStream(from), entry);
}

async function addEntry(tar: Pack, entry: ImageEntry): Promise<void> {
  const name = entry.path.replace(/^\//, "");
  if ("folder" in entry) {
    const owner = { uid: entry.owner ?? 0, gid: entry.owner ?? 0 };
    await add(tar, { name: `${name}/`, type: "directory", mode: entry.mode ?? 0o755, ...owner });
  } else if ("link" in entry) {
    await add(tar, { name, type: "symlink", linkname: entry.link });
  } else if ("text" in entry) {
    await add(tar, { name, mode: entry.mode ?? 0o644 }, entry.text);
  } else {
    await addFile(tar, { name, mode: entry.mode ?? 0o755 }, entry.from);
  }
}

/** Folders that entries are in, each before what is in it, where no entry says more of them. */
function parents(entries: readonly ImageEntry[]): ImageEntry[] {
  const own = new Set(entries.map(({ path }) => path));
  const folders = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split("/").slice(1, -1);
    parts.forEach((_, index) => folders.add(`/${parts.slice(0, index + 1).join("/")}`));
  }
  return [...folders]
    .filter((path) => !own.has(path))
    .sort()
    .map((path) => ({ path, folder: true }));
}

async function writeLayer(spec: ImageSpec, file: string): Promise<string> {
  const tar = pack();
  const hash = createHash("sha256");
  tar.on("data", (chunk) => hash.update(chunk as Buffer));
  const written = pipeline(tar, createWriteStream(file));
  // What several programs load is in it once.
  const entries = [...new Map(spec.entries.map((entry) => [entry.path, entry])).values()];
  for (const entry of [...parents(entries), ...entries]) await addEntry(tar, entry);
  tar.finalize();
  await written;
  return hash.digest("hex");
}

function configOf(spec: ImageSpec, layer: string): string {
  return JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    created: EPOCH.toISOString(),
    config: {
      Entrypoint: spec.entrypoint,
      ...(spec.command && { Cmd: spec.command }),
      ...(spec.user !== undefined && { User: spec.user }),
      ...(spec.stopSignal !== undefined && { StopSignal: spec.stopSignal }),
      WorkingDir: spec.workingFolder ?? "/",
      Env: Object.entries({ PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...spec.env }).map(([k, v]) => `${k}=${v}`),
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
  });
}

/** Writes an image as an archive of one layer that `ctr images import` and `docker load` read. */
export async function writeImage(spec: ImageSpec, target: string): Promise<void> {
  const layerFile = `${target}.layer`;
  const layer = await writeLayer(spec, layerFile);
  const config = configOf(spec, layer);
  const id = createHash("sha256").update(config).digest("hex");
  const manifest = [{ Config: `${id}.json`, RepoTags: spec.names, Layers: [`${layer}/layer.tar`] }];
  const tar = pack();
  const written = pipeline(tar, createWriteStream(target));
  await add(tar, { name: `${id}.json` }, config);
  await addFile(tar, { name: `${layer}/layer.tar` }, layerFile);
  await add(tar, { name: "manifest.json" }, JSON.stringify(manifest));
  tar.finalize();
  await written;
  await rm(layerFile);
}
