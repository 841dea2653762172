import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@redis/client";
import type { Memory } from "../memory.js";
import type { Settings } from "../settings.js";
import { traceStore } from "../tracing.js";

const TTL_SECONDS = 300;
/** A deleted memory, until nobody can still hold an older answer. */
const DELETED = "deleted";

const TIMEOUT_MS = 1000;

/** The client gives up on commands that wait to be sent, but waits forever for the answer of a server that hangs. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const late = sleep(TIMEOUT_MS, undefined, { ref: false, signal: timeout.signal }).then(() => {
    throw new Error(`Redis did not answer in ${TIMEOUT_MS} ms`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    timeout.abort();
    // Whichever lost the race may still fail; nobody waits for it any more.
    for (const loser of [answer, late]) loser.catch(() => undefined);
  }
}

type Client = ReturnType<typeof createOwnClient>;

function createOwnClient(settings: Settings) {
  return createClient({
    socket: {
      host: settings.REDIS_HOST,
      port: settings.REDIS_PORT,
      connectTimeout: 2000,
      reconnectStrategy: (attempts) => Math.min(2000, 100 * 2 ** Math.min(attempts, 10)),
    },
    ...(settings.REDIS_PASSWORD === "" ? {} : { password: settings.REDIS_PASSWORD }),
    // A command to a Redis that is away fails at once; the caller goes on without the cache.
    disableOfflineQueue: true,
  });
}

/** Memories read lately, by id. All of it can be lost. */
export class RedisCache {
  private readonly client: Client;
  private available = false;

  constructor(
    settings: Settings,
    private readonly onError: (error: Error) => void,
  ) {
    this.client = createOwnClient(settings);
    this.client.on("error", onError);
  }

  /** Connects in the background, and again whenever the connection is lost. */
  start(): void {
    this.client.connect().catch(this.onError);
  }

  /** Whether it answers; until it does again, nothing else asks it. */
  async check(): Promise<void> {
    this.available = await inTime(this.client.ping()).then(
      () => true,
      () => false,
    );
    if (!this.available) throw new Error("Redis does not answer");
  }

  /** A lost cache costs time, never an answer. */
  private async attempt<T>(operation: string, run: () => Promise<T>): Promise<T | undefined> {
    if (!this.available) return undefined;
    try {
      return await traceStore("redis", operation, () => inTime(run()));
    } catch (thrown) {
      this.onError(thrown as Error);
      return undefined;
    }
  }

  /** The memory; `null` for one that was deleted; `undefined` where the cache does not know. */
  async get(id: string): Promise<Memory | null | undefined> {
    const value = await this.attempt("get", () => this.client.get(`memory:${id}`));
    if (value === DELETED) return null;
    return typeof value === "string" ? (JSON.parse(value) as Memory) : undefined;
  }

  async put(memory: Memory): Promise<void> {
    await this.attempt("set", () =>
      this.client.set(`memory:${memory.id}`, JSON.stringify(memory), { EX: TTL_SECONDS }),
    );
  }

  /** Keeps what was read from the database, unless the memory was deleted meanwhile. */
  async fill(memory: Memory): Promise<void> {
    const options = { EX: TTL_SECONDS, condition: "NX" } as const;
    await this.attempt("set", () => this.client.set(`memory:${memory.id}`, JSON.stringify(memory), options));
  }

  async remove(id: string): Promise<void> {
    await this.attempt("set", () => this.client.set(`memory:${id}`, DELETED, { EX: TTL_SECONDS }));
  }

  close(): void {
    this.client.destroy();
  }
}
