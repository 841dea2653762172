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
  /** Set where a recovery took the lease: what the holder before it was granted, and when by the store's own clock. */
  readonly previous?: { readonly ttlSeconds: number; readonly renewedAt?: string };
}

/** Seconds that a holder is given beyond what it was granted: a store's time has seconds alone, and a fence takes time. */
const graceSeconds = 5;

export interface HeldLease {
  readonly lease: WriterLease;
  readonly version: string;
  /** When it was written, by the store's own clock. */
  readonly modified?: Date;
}

/**
 * Seconds, counted from the moment at which a recovery took the lease, until the holder before it has fenced itself. Only
 * times of the store are compared: however wrong the clock of the region or of the operator is, the figure is right.
 */
export function secondsUntilFenced({ lease: { previous }, modified }: HeldLease): number {
  if (previous === undefined) return 0;
  const { renewedAt, ttlSeconds } = previous;
  const whole = ttlSeconds + graceSeconds;
  if (renewedAt === undefined || modified === undefined) return whole;
  return Math.min(whole, Math.max(0, whole - (modified.getTime() - Date.parse(renewedAt)) / 1000));
}

export async function readLease(place: Place): Promise<HeldLease | undefined> {
  const { storage, key } = openObject(place);
  const found = await storage.readVersion(key);
  if (found === undefined) return undefined;
  const { text, ...version } = found;
  return { lease: JSON.parse(text) as WriterLease, ...version };
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
