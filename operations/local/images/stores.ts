import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ImageEntry, ImageSpec } from "./archive.js";
import { busyboxImage, packaged } from "./catalogue.js";
import { closureOf } from "./closure.js";

/** Where Debian keeps PostgreSQL. */
export const POSTGRES = "/usr/lib/postgresql/15";
const SHARE = "/usr/share/postgresql/15";

/** Every file below a folder, at its own path. */
async function treeOf(folder: string): Promise<ImageEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path): ImageEntry => ({ path, from: path, mode: 0o644 }));
}

/** Busybox's shell and tools, without names of its own, for images whose probes and start need them. */
async function shell(): Promise<readonly ImageEntry[]> {
  return (await busyboxImage([])).entries.filter(({ path }) => path !== "/etc/passwd");
}

const users = (name: string, id: number): ImageEntry => ({
  path: "/etc/passwd",
  text: `root:x:0:0::/:/bin/sh\n${name}:x:${id}:${id}::/:/bin/sh\n`,
});

/** Debian's Redis under the names by which the workloads ask for one. */
export async function redisImage(names: readonly string[]): Promise<ImageSpec> {
  const programs = [await packaged("redis-server", "redis-server"), await packaged("redis-tools", "redis-cli")];
  return {
    names,
    entries: [...(await closureOf(programs)), ...(await shell()), users("redis", 999)],
    // The workloads start it with `redis-server FILE` as arguments, as the official image's entry point takes them.
    entrypoint: ["/bin/busybox", "env"],
    command: ["redis-server"],
  };
}

/**
 * Starts PostgreSQL, which is made on first start: empty, or with PRIMARY_HOST as a copy of that one, which it follows
 * until it is promoted. The password comes from the environment, as official images take it.
 */
const START = `#!/bin/sh
set -e
export PATH=${POSTGRES}/bin:$PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  umask 077
  # Whole or not at all: whatever a start that was killed has left is made anew.
  new="$PGDATA.new"
  rm -rf "$new"
  if [ -n "$PRIMARY_HOST" ]; then
    export PGPASSWORD="$POSTGRES_PASSWORD" PGCONNECT_TIMEOUT=5
    until pg_basebackup --host="$PRIMARY_HOST" --username="$POSTGRES_USER" --pgdata="$new" --write-recovery-conf \\
      --checkpoint=fast --no-sync; do
      rm -rf "$new"
      sleep 1
    done
  else
    printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
    initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 \\
      --data-checksums
    echo "host all,replication all all scram-sha-256" >> "$new/pg_hba.conf"
    printf 'create database "%s"' "$POSTGRES_DB" | postgres --single -D "$new" -j postgres >/dev/null
  fi
  mv "$new" "$PGDATA"
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories=/tmp -c wal_keep_size=256MB
`;

/** Debian's PostgreSQL 15: a stand-in for an operator's, whose image no package registry has. */
export async function postgresImage(names: readonly string[]): Promise<ImageSpec> {
  await packaged("postgresql-15", "postgres", [join(POSTGRES, "bin")]);
  const programs = ["postgres", "initdb", "psql", "pg_isready", "pg_basebackup"].map((name) =>
    join(POSTGRES, "bin", name),
  );
  const modules = (await treeOf(join(POSTGRES, "lib"))).filter(({ path }) => !path.includes("/bitcode/"));
  return {
    names,
    entries: [
      ...(await closureOf(programs)),
      ...modules,
      ...(await treeOf(SHARE)),
      ...(await treeOf("/usr/share/zoneinfo/Etc")),
      ...(await shell()),
      { path: "/bin/start-postgres", text: START, mode: 0o755 },
      users("postgres", 999),
    ],
    entrypoint: ["/bin/start-postgres"],
  };
}

/** Answers the probe of the exporter beside Redis and measures nothing: the exporter is served by no package registry. */
export async function redisExporterStandIn(names: readonly string[]): Promise<ImageSpec> {
  const { entries } = await busyboxImage([]);
  return {
    names,
    entries: [...entries, { path: "/www/health", text: "ok\n" }],
    entrypoint: ["/bin/httpd", "-f", "-p", "9121", "-h", "/www"],
  };
}
