import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageSpec } from "../../operations/local/images/archive.js";
import { usersFile } from "../../operations/local/images/catalogue.js";
import { closureOf } from "../../operations/local/images/closure.js";

/** Not where it is on this machine: a volume of the pod may hide that folder. */
const NODE = "/bin/node";
const FILE = "/app/agent-memory-service.js";

/** The reference service as its Dockerfile makes it: one file, and this Node. */
export async function serviceImage(names: readonly string[]): Promise<ImageSpec> {
  // Its bundler is a development dependency, which only whoever runs it here needs.
  const { buildService } = await import("../../examples/agent-memory-service/build.js");
  const folder = await mkdtemp(join(tmpdir(), "agent-platform-service-"));
  const bundle = await buildService(join(folder, "agent-memory-service.js"));
  const node = (await closureOf([process.execPath])).map((entry) =>
    entry.path === process.execPath ? { path: NODE, from: process.execPath } : entry,
  );
  return {
    names,
    entries: [...node, { path: FILE, from: bundle, mode: 0o644 }, usersFile],
    entrypoint: [NODE, FILE],
    env: { NODE_ENV: "production" },
  };
}
