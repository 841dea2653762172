import { messageOf } from "../../../common/errors.js";
import type { Place } from "../site/site.js";
import { renewLease } from "./lease.js";

export interface KeeperOptions {
  readonly place: Place;
  readonly region: string;
  /** Seconds for which a renewal holds. Default 30: the fail-over threshold. */
  readonly ttlSeconds?: number;
  /** Whether it may take a lease that does not exist yet. */
  readonly claimAbsent: boolean;
  /** Stops this region's writes; called again until it succeeds. */
  readonly fence: () => Promise<unknown>;
  /** Lets the region write again, once it holds the lease. */
  readonly release: () => Promise<unknown>;
  readonly onChange?: (state: "holding" | "fenced", why: string) => void;
}

/**
 * The region's side of the fence: renews the writer's lease, and stops the region's writes when it cannot, before the
 * time that it was granted is over. It needs nobody's order: a region that is cut off fences itself.
 */
export class LeaseKeeper {
  private timer: NodeJS.Timeout | undefined;
  private heldUntil = 0;
  private state: "holding" | "fenced" | undefined;
  private stopped = false;

  constructor(private readonly options: KeeperOptions) {}

  private get ttlMs(): number {
    return (this.options.ttlSeconds ?? 30) * 1000;
  }

  start(): void {
    this.stopped = false;
    void this.turn();
  }

  /** Ends the keeper as the death of its machine would: the lease lapses. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async turn(): Promise<void> {
    const began = Date.now();
    let why = "";
    try {
      const { place, region, claimAbsent } = this.options;
      const lease = await this.within(renewLease(place, { region, claimAbsent, ttlSeconds: this.ttlMs / 1000 }));
      if (lease === undefined) {
        this.heldUntil = 0;
        why = "another region holds the lease";
      } else {
        // Counted from before the request: the time that the store may have taken is not granted.
        this.heldUntil = began + this.ttlMs;
        await this.become("holding", `until ${lease.expiresAt}`);
      }
    } catch (thrown) {
      why = `the lease is out of reach: ${messageOf(thrown)}`;
    }
    // A third before the end, so that the writes have stopped when it comes.
    if (Date.now() >= this.heldUntil - this.ttlMs / 3) await this.become("fenced", why).catch(() => undefined);
    if (!this.stopped) this.timer = setTimeout(() => void this.turn(), this.ttlMs / 6);
  }

  private async within<T>(work: Promise<T>): Promise<T> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error("no answer in time")), this.ttlMs / 6).unref();
    });
    return await Promise.race([work, late]);
  }

  private async become(state: "holding" | "fenced", why: string): Promise<void> {
    if (this.state === state) return;
    await (state === "fenced" ? this.options.fence() : this.options.release());
    this.state = state;
    this.options.onChange?.(state, why);
  }
}
