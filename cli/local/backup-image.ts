import { join } from "node:path";
import type { ImageEntry, ImageSpec } from "../../operations/local/images/archive.js";
import { barman } from "../../operations/local/images/barman.js";
import { packaged } from "../../operations/local/images/catalogue.js";
import { closureOf } from "../../operations/local/images/closure.js";
import { postgresPrograms, shell, users } from "../../operations/local/images/stores.js";
import { ensureServer } from "../../operations/local/servers/ensure.js";
import { projectRoot } from "../root.js";
import { keptBundle, NODE, nodeEntries } from "./bundle.js";

const PROGRAM = "agent-platform-backup";
const FILE = `/app/${PROGRAM}.js`;

async function bundle(file: string): Promise<void> {
  // With a development dependency, which only whoever runs it here needs.
  const { bundleForNode } = await import("../../examples/agent-memory-service/build.js");
  await bundleForNode(join(projectRoot, "cli", "backup", "main.ts"), file);
}

async function weaviate(): Promise<ImageEntry[]> {
  const program = await ensureServer("weaviate-server");
  return (await closureOf([program])).map((entry) =>
    entry.path === program ? { path: "/usr/local/bin/weaviate", from: program } : entry,
  );
}

/**
 * The image of the backup jobs as images/backup/Dockerfile makes it, of what this machine has: the command line as one
 * file, this Node, Debian's Redis, PostgreSQL and barman-cloud, and Weaviate.
 */
export async function backupImage(names: readonly string[]): Promise<ImageSpec> {
  const redis = [
    await packaged("redis-server", "redis-server"),
    await packaged("redis-tools", "redis-cli"),
    await packaged("redis-tools", "redis-check-rdb"),
  ];
  return {
    names,
    entries: [
      ...(await nodeEntries()),
      ...(await closureOf(redis)),
      ...(await weaviate()),
      ...(await postgresPrograms(["postgres", "psql", "pg_amcheck", "pg_checksums"])),
      ...(await barman()),
      ...(await shell()),
      { path: FILE, from: await keptBundle(PROGRAM, bundle), mode: 0o644 },
      { path: `/usr/local/bin/${PROGRAM}`, text: `#!/bin/sh\nexec ${NODE} ${FILE} "$@"\n`, mode: 0o755 },
      users("backup", 10001),
    ],
    entrypoint: [PROGRAM],
    env: { NODE_ENV: "production", PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    user: "10001:10001",
  };
}
