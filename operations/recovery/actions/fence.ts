import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../common/errors.js";
import { refuseUnlessForced, type Action, type ActionContext, type Outcome } from "../action.js";
import { openDatabase } from "../database.js";
import { clockSkewSeconds, readLease, writeLease, type WriterLease } from "../lease/lease.js";
import type { Place } from "../site/site.js";

/** Seconds for which the lease is taken on behalf of the standby, until its own keeper renews it. */
const HANDOVER_SECONDS = 600;
/** An old primary that answers is told directly too; one that does not must not hold up the run. */
const DIRECT_MS = 8_000;

interface Taken {
  readonly lease: WriterLease;
  /** RFC 3339: from then on the former holder has fenced itself. */
  readonly fencedFrom: string;
}

/**
 * Takes the lease for the standby. From that moment the old primary cannot renew; it stops writing when it sees so, and
 * at the latest when the time that it was last granted is over.
 */
async function takeLease(place: Place, to: string, previousEnd?: string): Promise<Taken> {
  for (;;) {
    const held = await readLease(place);
    const lapse = held === undefined ? Date.now() : Date.parse(held.lease.expiresAt) + clockSkewSeconds * 1000;
    // Held by the standby: an attempt before this one took it, and knew when the other one would be fenced.
    if (held?.lease.holder === to)
      return { lease: held.lease, fencedFrom: held.lease.previousEndsAt ?? previousEnd ?? new Date().toISOString() };
    const next: WriterLease = {
      holder: to,
      expiresAt: new Date(Date.now() + HANDOVER_SECONDS * 1000).toISOString(),
      ttlSeconds: held?.lease.ttlSeconds ?? 30,
      epoch: (held?.lease.epoch ?? 0) + 1,
      previousEndsAt: new Date(lapse).toISOString(),
    };
    if (await writeLease(place, next, held)) return { lease: next, fencedFrom: next.previousEndsAt ?? "" };
  }
}

/** Stops the old primary's writes directly where it still answers. Its silence is expected, and no failure. */
async function stopDirectly({
  site,
  from,
}: ActionContext): Promise<{ readonly told: string; readonly commands: readonly string[] }> {
  const work = async (): Promise<{ told: string; commands: readonly string[] }> => {
    const database = await openDatabase(site, from);
    if (database === undefined) return { told: "no database of it in the site file", commands: [] };
    const commands = await database.stopWrites();
    return { told: `${database.name} refuses writes`, commands };
  };
  const late = sleep(DIRECT_MS).then(() => ({ told: `it did not answer within ${DIRECT_MS / 1000} s`, commands: [] }));
  try {
    return await Promise.race([work(), late]);
  } catch (thrown) {
    return {
      told: `it could not be told (${messageOf(thrown).trim().split("\n").at(-1)?.trim() ?? ""})`,
      commands: [],
    };
  }
}

export const fencePrimary: Action = {
  summary: "make sure that the old primary no longer writes",
  effects: ({ site, from, to }) => [
    site.lease === undefined
      ? "no lease in the site file: promotion would be refused unless forced"
      : `${site.lease.uri}: holder becomes ${to}; ${from} fences itself when its time is over`,
    `database of ${from}: writes refused, where it answers`,
  ],
  run: async (context): Promise<Outcome> => {
    const { site, from, to, signal } = context;
    if (site.lease === undefined) {
      const why = `no lease is configured: nothing proves that ${from} stopped writing`;
      return { summary: refuseUnlessForced(context, "unfenced", why), facts: { fenced: false } };
    }
    let taken: Taken;
    try {
      taken = await takeLease(site.lease, to);
    } catch (thrown) {
      const why = `the lease ${site.lease.uri} is out of reach (${messageOf(thrown)})`;
      return { summary: refuseUnlessForced(context, "unfenced", why), facts: { fenced: false } };
    }
    const direct = await stopDirectly(context);
    const wait = Math.max(0, Date.parse(taken.fencedFrom) - Date.now());
    await sleep(wait, undefined, { signal });
    return {
      summary: `${from} is fenced: its lease ended at ${taken.fencedFrom}; ${direct.told}`,
      commands: [`conditional PUT ${site.lease.uri} holder=${to} epoch=${taken.lease.epoch}`, ...direct.commands],
      facts: { fenced: true, epoch: taken.lease.epoch, fencedFrom: taken.fencedFrom },
    };
  },
};
