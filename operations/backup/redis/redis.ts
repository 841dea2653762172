import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";
import type { Catalogue } from "../catalogue.js";
import type { BackupJob } from "../job.js";
import { findProgram } from "../program.js";
import { startScratchProcess } from "../scratch.js";
import { fetchObject, intoTarget } from "../target.js";
import type { Restorer } from "../verify.js";

/** Seconds for a server to load a dump, and to write its append-only file. */
const LOAD_SECONDS = 600;

/** How the running Redis is reached; the password comes from the environment, never from an argument. */
export interface RedisSource {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
}

/** Dump → check → upload: a dump that redis-check-rdb does not accept never becomes a backup. */
export async function createRedis(
  catalogue: Catalogue,
  source: RedisSource,
  onStep?: (what: string) => void,
): Promise<BackupJob> {
  return await catalogue.run("full", async ({ id }) => {
    const folder = await mkdtemp(join(tmpdir(), "redis-"));
    const file = join(folder, "dump.rdb");
    try {
      onStep?.("dumping");
      await dump(source, file);
      onStep?.("checking the dump");
      const { keys } = await checkDump(file);
      onStep?.("uploading the dump");
      const key = `redis/${id}.rdb`;
      return { expect: { keys }, objects: [{ key, ...(await catalogue.storage.upload(key, createReadStream(file))) }] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Has Redis send a dump of itself, as it does to a replica. */
async function dump(source: RedisSource, file: string): Promise<void> {
  const where = ["-h", source.host, "-p", String(source.port), "--rdb", file];
  const options = { env: auth(source), failure: ExitCode.resource };
  await runCommand(findProgram("redis-cli"), where, options).catch((thrown: unknown) => {
    const said = messageOf(thrown);
    if (/WRONGPASS|NOAUTH|NOPERM/.test(said)) {
      const reason = /(?:WRONGPASS|NOAUTH|NOPERM)[^\n]*/.exec(said)?.[0] ?? "";
      throw new PlatformError(
        `Redis at ${source.host}:${source.port} refuses us: ${reason}; set REDIS_PASSWORD`,
        ExitCode.authentication,
      );
    }
    // redis-cli's words for a full disk name neither the disk nor that it is full.
    if (!said.includes("short write")) throw thrown;
    throw new PlatformError(
      `no space left in ${dirname(file)} for the dump of Redis: make room, or set TMPDIR`,
      ExitCode.resource,
    );
  });
}

function auth({ password }: RedisSource): Record<string, string> {
  return password === undefined ? {} : { REDISCLI_AUTH: password };
}

interface DumpInfo {
  readonly keys: number;
  /** Of these, keys whose time has passed by now: a server does not load them. */
  readonly expired: number;
}

/** What a dump holds that redis-check-rdb accepts. */
async function checkDump(file: string): Promise<DumpInfo> {
  const { exitCode, stdout } = await runCommand(findProgram("redis-check-rdb"), [file], { allowExitCodes: [1] });
  const number = (what: string): number => Number(new RegExp(`\\[info\\] (\\d+) ${what}`).exec(stdout)?.[1]);
  if (exitCode === 0 && Number.isInteger(number("keys read"))) {
    return { keys: number("keys read"), expired: number("already expired") };
  }
  const said = stdout.trim().split("\n").slice(-3).join("; ");
  throw new PlatformError(`redis-check-rdb refuses the dump: ${said}`, ExitCode.resource);
}

/** Fetches a dump into a folder, and refuses one that is not what was written. */
async function fetchDump(catalogue: Catalogue, job: BackupJob, target: string): Promise<DumpInfo> {
  const [object] = job.objects ?? [];
  if (object === undefined) throw new PlatformError(`${job.id} has no dump`, ExitCode.resource);
  const file = join(target, "dump.rdb");
  await fetchObject(catalogue.storage, object, file);
  return await checkDump(file);
}

export interface RestoredRedis {
  readonly keys: number;
  readonly problems: readonly string[];
}

/**
 * Restores into a new folder and runs a server on it once: it loads the dump and writes the append-only file from which
 * the real server will start. A key that expires meanwhile is no loss, so the count is held between two readings.
 */
export async function restoreRedis(catalogue: Catalogue, job: BackupJob, target: string): Promise<RestoredRedis> {
  return await intoTarget(target, async () => await loadInto(catalogue, job, target));
}

async function loadInto(catalogue: Catalogue, job: BackupJob, target: string): Promise<RestoredRedis> {
  const before = await fetchDump(catalogue, job, target);
  const problems =
    before.keys === job.expect?.keys ? [] : [`the dump holds ${before.keys} keys, not ${job.expect?.keys ?? "?"}`];
  const keys = await loadOnce(target);
  const after = await checkDump(join(target, "dump.rdb"));
  if (keys > before.keys - before.expired || keys < after.keys - after.expired) {
    problems.push(`${keys} keys were loaded of ${before.keys}, of which ${before.expired} had expired`);
  }
  return { keys, problems };
}

/** Loads the dump in a folder, turns it into an append-only file, and tells the number of keys. */
async function loadOnce(target: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  const socket = join(folder, "redis.sock");
  const settings = ["--port", "0", "--unixsocket", socket, "--dir", target, "--save", "", "--appendonly", "no"];
  const server = startScratchProcess(findProgram("redis-server"), settings, { log: join(folder, "server.log") });
  const ask = async (...words: string[]): Promise<string> =>
    (await runCommand(findProgram("redis-cli"), ["-e", "-s", socket, ...words])).stdout.trim();
  try {
    const ready = async (): Promise<true | undefined> => ((await ask("ping")) === "PONG" ? true : undefined);
    await server.until("the restored Redis to load its dump", ready, LOAD_SECONDS);
    const keys = Number(await ask("dbsize"));
    await ask("config", "set", "appendonly", "yes");
    const written = async (): Promise<true | undefined> =>
      /aof_rewrite_in_progress:0[\s\S]*aof_rewrite_scheduled:0/.test(await ask("info", "persistence"))
        ? true
        : undefined;
    await server.until("the append-only file to be written", written, LOAD_SECONDS);
    return keys;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Restores the newest dump and checks what a server loads of it. */
export function redisRestorer(catalogue: Catalogue): Restorer {
  return async (job, { folder }) => {
    const began = Date.now();
    const { keys, problems } = await restoreRedis(catalogue, job, folder);
    const tenths = (from: number): number => Math.round((Date.now() - from) / 100) / 10;
    const rtoSeconds = tenths(began);
    return { rtoSeconds, rpoSeconds: tenths(new Date(job.start).getTime()), counts: { keys }, problems };
  };
}
