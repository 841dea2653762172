import { openObject } from "../site/places.js";
import type { Place } from "../site/site.js";

/** Which region may write, and until when; kept by conditional writes outside every region. */
export interface WriterLease {
  readonly holder: string;
  /** RFC 3339; after it the holder has fenced itself. */
  readonly expiresAt: string;
  /** Seconds for which each renewal holds. */
  readonly ttlSeconds: number;
  /** Grows with each change of the holder: a late writer with an older one is told apart. */
  readonly epoch: number;
  /** RFC 3339: when the holder before it has stopped writing for certain. Set where a recovery took the lease. */
  readonly previousEndsAt?: string;
}

/** Clocks of two machines may differ by this much, in seconds; the end of a lease is believed only after it. */
export const clockSkewSeconds = 5;

export interface HeldLease {
  readonly lease: WriterLease;
  readonly version: string;
}

export async function readLease(place: Place): Promise<HeldLease | undefined> {
  const { storage, key } = openObject(place);
  const found = await storage.readVersion(key);
  return found === undefined ? undefined : { lease: JSON.parse(found.text) as WriterLease, version: found.version };
}

/** Writes the lease where nobody else has since; false where somebody has. */
export async function writeLease(place: Place, next: WriterLease, previous?: HeldLease): Promise<boolean> {
  const { storage, key } = openObject(place);
  const text = `${JSON.stringify(next)}\n`;
  if (previous === undefined) return await storage.writeText(key, text, true);
  return (await storage.swap(key, text, previous.version)) !== undefined;
}

export interface Renewal {
  readonly region: string;
  readonly ttlSeconds: number;
  /** Takes a lease that does not exist yet: the configured primary's keeper, on its first day. */
  readonly claimAbsent: boolean;
}

/**
 * Renews the region's own lease; undefined where another region holds it, lapsed or not: only a recovery moves a lease,
 * or a short break of the network would leave nobody to write. Whoever loses the race against a sibling looks again.
 */
export async function renewLease(
  place: Place,
  { region, ttlSeconds, claimAbsent }: Renewal,
): Promise<WriterLease | undefined> {
  for (;;) {
    const held = await readLease(place);
    if (held === undefined ? !claimAbsent : held.lease.holder !== region) return undefined;
    const expiresAt = new Date(Date.now() + ttlSeconds * 1000).toISOString();
    // Where a recovery took it for this region, it holds for longer than a renewal would.
    if (held !== undefined && held.lease.expiresAt >= expiresAt) return held.lease;
    const next: WriterLease = { holder: region, expiresAt, ttlSeconds, epoch: held?.lease.epoch ?? 1 };
    if (await writeLease(place, next, held)) return next;
  }
}
