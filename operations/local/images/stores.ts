import { join } from "node:path";
import { treeOf, type ImageEntry, type ImageSpec } from "./archive.js";
import { barman } from "./barman.js";
import { busyboxImage, packaged } from "./catalogue.js";
import { closureOf } from "./closure.js";

/** Where Debian keeps PostgreSQL. */
export const POSTGRES = "/usr/lib/postgresql/15";
const SHARE = "/usr/share/postgresql/15";

/** Busybox's shell and tools, without names of its own, for images whose probes and start need them. */
export async function shell(): Promise<readonly ImageEntry[]> {
  return (await busyboxImage([])).entries.filter(({ path }) => path !== "/etc/passwd");
}

/** The users of an image that one of them runs. */
export const users = (name: string, id: number): ImageEntry => ({
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
 * until it is promoted. As under the operator, `postgres` is the superuser of whoever is in the pod, without a password;
 * user, password and database of the service come from the environment. With ARCHIVE_TIMEOUT the container
 * beside archives, once it follows nobody.
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
    initdb --pgdata="$new" --username=postgres --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 \\
      --data-checksums
    echo "host all,replication all all scram-sha-256" >> "$new/pg_hba.conf"
    printf 'create role "%s" superuser login password '"'%s'"';\n\ncreate database "%s" owner "%s";\n\n' \\
      "$POSTGRES_USER" "$POSTGRES_PASSWORD" "$POSTGRES_DB" "$POSTGRES_USER" |
      postgres --single -D "$new" -j postgres >/dev/null
  fi
  mv "$new" "$PGDATA"
fi
# A volume that is mounted again may have been opened to its group, with which the server does not start.
chmod 700 "$PGDATA"
set -- -c listen_addresses='*' -c unix_socket_directories=/tmp -c wal_keep_size=256MB
if [ -n "$ARCHIVE_TIMEOUT" ]; then
  set -- "$@" -c archive_mode=on -c archive_timeout="$ARCHIVE_TIMEOUT" -c archive_command='archive-wal %f'
fi
exec postgres "$@"
`;

/** Asks the container beside for one segment, and waits for its word. */
const ARCHIVE_WAL = `#!/bin/sh
asked="/archive/$1"
rm -f "$asked.done" "$asked.failed"
touch "$asked.wanted"
until [ -e "$asked.done" ] || [ -e "$asked.failed" ]; do sleep 0.2; done
rm "$asked.done" 2>/dev/null
`;

/**
 * Does what it is asked for by a file in /archive: a segment of that name, or a base backup where the name says so. The
 * answer is the same name with `done` or `failed`; what barman said of a base backup is beside it.
 */
const ARCHIVER = `#!/bin/sh
base() {
  if barman-cloud-backup --immediate-checkpoint --gzip --host /tmp --user postgres "$@" \\
    > "/archive/$name.log" 2>&1; then mv "/archive/$name.running" "/archive/$name.done"
  else mv "/archive/$name.running" "/archive/$name.failed"; fi
}
# The server's last segment is archived while it stops.
trap 'ending=yes' TERM INT
until [ -n "$ending" ] && [ ! -e "$PGDATA/postmaster.pid" ]; do
  for asked in /archive/*.wanted; do
    [ -e "$asked" ] || continue
    name=$(basename "$asked" .wanted)
    case "$name" in
    base-*)
      mv "$asked" "/archive/$name.running"
      base "$@" &
      ;;
    *)
      if barman-cloud-wal-archive --gzip "$@" "$PGDATA/pg_wal/$name"; then word=done; else word=failed; fi
      mv "$asked" "/archive/$name.$word"
      ;;
    esac
  done
  sleep 0.5
done
`;

/** Programs of Debian's PostgreSQL 15 with everything that they load. */
export async function postgresPrograms(programs: readonly string[]): Promise<ImageEntry[]> {
  await packaged("postgresql-15", "postgres", [join(POSTGRES, "bin")]);
  const modules = (await treeOf(join(POSTGRES, "lib"))).filter(({ path }) => !path.includes("/bitcode/"));
  return [
    ...(await closureOf(programs.map((name) => join(POSTGRES, "bin", name)))),
    ...modules,
    ...(await treeOf(SHARE)),
    ...(await treeOf("/usr/share/zoneinfo/Etc")),
  ];
}

/** Debian's PostgreSQL 15 with barman-cloud: a stand-in for an operator's, whose image no package registry has. */
export async function postgresImage(names: readonly string[]): Promise<ImageSpec> {
  return {
    names,
    entries: [
      ...(await postgresPrograms(["postgres", "initdb", "psql", "pg_isready", "pg_basebackup"])),
      ...(await barman()),
      ...(await shell()),
      { path: "/bin/start-postgres", text: START, mode: 0o755 },
      { path: "/bin/archive-wal", text: ARCHIVE_WAL, mode: 0o755 },
      { path: "/bin/archiver", text: ARCHIVER, mode: 0o755 },
      users("postgres", 999),
    ],
    entrypoint: ["/bin/start-postgres"],
    // Ends its sessions instead of waiting for their ends, as the official image has it.
    stopSignal: "SIGINT",
  };
}

/** Answers the probe of the exporter beside Redis and measures nothing: the exporter is served by no package registry. */
export async function redisExporterStandIn(names: readonly string[]): Promise<ImageSpec> {
  const { entries } = await busyboxImage([]);
  return {
    names,
    entries: [...entries, { path: "/www/health", text: "ok\n" }],
    // As the first process of its container httpd would not hear that it is to end.
    entrypoint: ["/bin/sh", "-c", "trap 'exit 0' TERM; httpd -f -p 9121 -h /www & wait"],
  };
}
