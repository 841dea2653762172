import { poll } from "../../../common/poll.js";
import { setTimeout as sleep } from "node:timers/promises";
import { addressesOf } from "../names.js";
import type { Site } from "../site/site.js";

/** What a client was told during a drill. */
export interface ClientCounts {
  /** Writes that the service said it had. */
  readonly acknowledged: number;
  /** Of those, the ones that were not there afterwards. */
  readonly lost: number;
  /** Writes refused plainly, with 503 and Retry-After: the client knows to come again. */
  readonly refused: number;
  /** Writes without an answer, or with another error. */
  readonly failed: number;
  /** Longest time between two acknowledged writes, in seconds. */
  readonly longestGapSeconds: number;
}

const PAUSE_MS = 100;

/** Writes numbered items through the public name, and remembers each answer. */
export class DrillClient {
  private readonly written = new Map<string, number>();
  private refused = 0;
  private failed = 0;
  private longestGap = 0;
  private lastAt = 0;
  private running = false;
  private ended: Promise<void> = Promise.resolve();
  private cached: { readonly address: string; readonly until: number } | undefined;

  constructor(private readonly site: Site) {}

  start(): void {
    this.running = true;
    this.ended = this.write();
  }

  get count(): number {
    return this.written.size;
  }

  private async address(): Promise<string> {
    const now = Date.now();
    if (this.cached === undefined || this.cached.until < now) {
      const [address = ""] = await addressesOf(this.site, new URL(this.site.publicUrl).hostname);
      this.cached = { address, until: now + this.site.ttlSeconds * 1000 };
    }
    return this.cached.address;
  }

  private async write(): Promise<void> {
    for (let number = 1; this.running; number += 1) {
      try {
        await this.writeOne(number);
      } catch {
        this.failed += 1;
      }
      await sleep(PAUSE_MS);
    }
  }

  private async url(path: string): Promise<URL> {
    const url = new URL(path, this.site.publicUrl);
    url.hostname = await this.address();
    return url;
  }

  private async writeOne(number: number): Promise<void> {
    const answer = await fetch(await this.url(this.site.probePath), {
      method: "POST",
      body: JSON.stringify({ number }),
      signal: AbortSignal.timeout(3_000),
    });
    const body = (await answer.json()) as { id?: string };
    if (answer.status === 503 && answer.headers.has("retry-after")) this.refused += 1;
    else if (answer.ok && body.id !== undefined) {
      const now = performance.now();
      if (this.lastAt > 0) this.longestGap = Math.max(this.longestGap, now - this.lastAt);
      this.lastAt = now;
      this.written.set(body.id, number);
    } else this.failed += 1;
  }

  /** Stops, then reads back every write that was acknowledged. */
  async finish(): Promise<ClientCounts> {
    this.running = false;
    await this.ended;
    let lost = 0;
    for (const id of this.written.keys()) {
      // A health check that was late for a moment may lead the name back to the dead region.
      const answer = await poll(async () => await fetch(await this.url(`${this.site.probePath}/${id}`)), {
        what: `write ${id} to be read back`,
        timeoutMs: 30_000,
        intervalMs: 250,
      });
      await answer.body?.cancel();
      if (answer.status === 404) lost += 1;
    }
    return {
      acknowledged: this.written.size,
      lost,
      refused: this.refused,
      failed: this.failed,
      longestGapSeconds: Math.round(this.longestGap / 100) / 10,
    };
  }
}
