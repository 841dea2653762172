import { setTimeout as sleep } from "node:timers/promises";
import type { MemoryParts } from "./memories.js";

const BATCH = 100;
const INTERVAL_MS = 2000;
const EXPIRY_INTERVAL_MS = 3_600_000;

/** What goes on beside the requests: indexing what the vector database lacks, and forgetting what is too old. */
export class Housekeeping {
  private stopped = false;
  private expiredAt = -Infinity;

  constructor(
    private readonly parts: MemoryParts,
    private readonly retentionDays: number,
  ) {}

  async run(): Promise<void> {
    while (!this.stopped) {
      const more = await this.round().catch((thrown: unknown) => {
        this.parts.log.warn({ err: thrown }, "housekeeping failed; it is tried again");
        return false;
      });
      if (!more) await sleep(INTERVAL_MS, undefined, { ref: false });
    }
  }

  /** Whether there is more to do right now. */
  private async round(): Promise<boolean> {
    const { dependencies, postgres, vector, log } = this.parts;
    if (!dependencies.writable || !dependencies.current.postgres.up) return false;
    if (performance.now() - this.expiredAt > EXPIRY_INTERVAL_MS) {
      const count = await postgres.deleteOlderThan(this.retentionDays);
      this.expiredAt = performance.now();
      if (count > 0) log.info({ count, retentionDays: this.retentionDays }, "expired memories deleted");
    }
    if (!dependencies.current.vector.up) return false;
    const missing = await postgres.notIndexed(BATCH);
    if (missing.length === 0) return false;
    const taken = await vector.index(missing);
    await postgres.markIndexed(taken);
    log.info({ count: taken.length }, "memories indexed");
    return taken.length === BATCH;
  }

  stop(): void {
    this.stopped = true;
  }
}
