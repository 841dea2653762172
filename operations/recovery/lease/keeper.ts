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
  /** What keepers of the same region tell each other, where there are several. */
  readonly siblings?: Siblings;
  readonly onChange?: (state: "holding" | "fenced", why: string) => void;
}

/** A place within the region where its keepers see each other's renewals: one that sees nothing must not fence alone. */
export interface Siblings {
  readonly renewed: (at: Date) => Promise<unknown>;
  /** When any of them last renewed; undefined where none ever did. */
  readonly lastRenewal: () => Promise<Date | undefined>;
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
  private turnedAt = Date.now();

  constructor(private readonly options: KeeperOptions) {}

  private get ttlMs(): number {
    return (this.options.ttlSeconds ?? 30) * 1000;
  }

  /** Whether it still turns: a keeper that hangs neither renews nor fences. */
  get alive(): boolean {
    return Date.now() - this.turnedAt < 2 * this.ttlMs;
  }

  /** Whether its region may write, and until when the lease holds by its own count (milliseconds of the epoch). */
  get standing(): { readonly holding: boolean; readonly heldUntil: number } {
    return { holding: this.state === "holding", heldUntil: this.heldUntil };
  }

  /** Whether it knows by now what its region may do. */
  get ready(): boolean {
    return this.state !== undefined;
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
        // A sibling that is told too late fences, which is the safe side.
        await this.within(this.tellSiblings(began)).catch(() => undefined);
        await this.become("holding", `until ${lease.expiresAt}`);
      }
    } catch (thrown) {
      why = `the lease is out of reach: ${messageOf(thrown)}`;
      if (this.isDue()) this.heldUntil = Math.max(this.heldUntil, await this.heldBySibling());
    }
    if (this.isDue()) await this.become("fenced", why).catch(() => undefined);
    this.turnedAt = Date.now();
    if (!this.stopped) this.timer = setTimeout(() => void this.turn(), this.ttlMs / 6);
  }

  /** A third before the end, so that the writes have stopped when it comes. */
  private isDue(): boolean {
    return Date.now() >= this.heldUntil - this.ttlMs / 3;
  }

  private async tellSiblings(at: number): Promise<void> {
    await this.options.siblings?.renewed(new Date(at));
  }

  /** Until when a sibling's renewal holds. No word of it counts as none. */
  private async heldBySibling(): Promise<number> {
    try {
      const last = await this.within(this.options.siblings?.lastRenewal() ?? Promise.resolve(undefined));
      return last === undefined ? 0 : last.getTime() + this.ttlMs;
    } catch {
      return 0;
    }
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
