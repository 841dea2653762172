import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "./log.js";
import type { Postgres } from "./stores/postgres.js";
import type { RedisCache } from "./stores/redis.js";
import type { Weaviate } from "./stores/weaviate.js";

const INTERVAL_MS = 1000;

export interface DependencyState {
  readonly up: boolean;
  /** Whether the service cannot be ready without it. */
  readonly required: boolean;
  readonly milliseconds?: number;
  readonly reason?: string;
}

export type DependencyName = "postgres" | "redis" | "vector";
export type DependencyStates = Readonly<Record<DependencyName, DependencyState>>;

interface Stores {
  readonly postgres: Postgres;
  readonly redis: RedisCache;
  readonly vector: Weaviate;
}

const unknown = (required: boolean): DependencyState => ({ up: false, required, reason: "not checked yet" });

/**
 * Asks each store once a second; probes read the answers, so that a hundred of them cost the stores nothing. PostgreSQL
 * and Redis are required, as R2's init containers have it; without the vector database, search goes by words.
 */
export class Dependencies {
  private states: Record<DependencyName, DependencyState> = {
    postgres: unknown(true),
    redis: unknown(true),
    vector: unknown(false),
  };
  private stopped = false;
  /** Whether PostgreSQL takes writes; a standby and a fenced primary do not. */
  writable = false;

  constructor(
    private readonly stores: Stores,
    private readonly log: Logger,
  ) {}

  get current(): DependencyStates {
    return this.states;
  }

  /** Whether everything required answers. */
  get ready(): boolean {
    return Object.values(this.states).every(({ up, required }) => up || !required);
  }

  private async check(name: DependencyName, ask: () => Promise<void>): Promise<void> {
    const started = performance.now();
    const before = this.states[name];
    let reason: string | undefined;
    await ask().catch((thrown: unknown) => {
      reason = thrown instanceof Error ? thrown.message : String(thrown);
    });
    const milliseconds = Math.round(performance.now() - started);
    const { required } = before;
    this.states[name] =
      reason === undefined ? { up: true, required, milliseconds } : { up: false, required, milliseconds, reason };
    if (before.up !== (reason === undefined)) {
      if (reason === undefined) this.log.info({ dependency: name }, "dependency answers");
      else this.log.warn({ dependency: name, reason }, "dependency does not answer");
    }
  }

  private async checkAll(): Promise<void> {
    const { postgres, redis, vector } = this.stores;
    await Promise.all([
      this.check("postgres", async () => {
        const { writable } = await postgres.check();
        if (writable !== this.writable) this.log.info({ role: writable ? "primary" : "standby" }, "role");
        this.writable = writable;
      }),
      this.check("redis", () => redis.check()),
      this.check("vector", () => vector.check()),
    ]);
  }

  async watch(): Promise<void> {
    while (!this.stopped) {
      await this.checkAll();
      await sleep(INTERVAL_MS, undefined, { ref: false });
    }
  }

  stop(): void {
    this.stopped = true;
  }
}
