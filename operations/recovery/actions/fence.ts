import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../common/errors.js";
import { refuseUnlessForced, type Action, type ActionContext, type Outcome } from "../action.js";
import { openDatabase } from "../database.js";
import { readLease, secondsUntilFenced, writeLease, type HeldLease, type WriterLease } from "../lease/lease.js";
import type { Place, Site } from "../site/site.js";

/** Seconds for which the lease is taken on behalf of the standby, until its own keeper renews it. */
const HANDOVER_SECONDS = 600;
/** An old primary that answers is told directly too; one that does not must not hold up the run. */
const DIRECT_MS = 8_000;
/** Two clocks that differ by less are as good as the same. */
const SKEW_SECONDS = 5;

const handoverEnd = (): string => new Date(Date.now() + HANDOVER_SECONDS * 1000).toISOString();

interface Unproven {
  readonly why: string;
  readonly afterAll?: () => Promise<unknown>;
}

interface Taken extends HeldLease {
  readonly justNow: boolean;
}

/**
 * Takes the lease for the standby; undefined where nobody ever held it. From that moment the old primary cannot renew; it
 * stops writing when it sees so, and at the latest when the time that it was last granted is over.
 */
async function takeLease(place: Place, to: string): Promise<Taken | undefined> {
  for (let justNow = false; ;) {
    const held = await readLease(place);
    // Held by the standby: this attempt or one before it took it.
    if (held?.lease.holder === to) return { ...held, justNow };
    if (held === undefined) return undefined;
    const { ttlSeconds, epoch } = held.lease;
    // One that a recovery took is not renewed for a while: when its holder last read it, nobody can tell.
    const renewedAt = held.lease.previous === undefined ? held.modified?.toISOString() : undefined;
    const next: WriterLease = {
      holder: to,
      expiresAt: handoverEnd(),
      ttlSeconds,
      epoch: epoch + 1,
      previous: { ttlSeconds, ...(renewedAt === undefined ? {} : { renewedAt }) },
    };
    justNow = await writeLease(place, next, held);
  }
}

/** The lease of the standby; else why nothing proves that the old primary stopped, and what to do where that is forced. */
async function leaseFor(
  { lease: place }: Site,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<{ readonly taken: Taken; readonly uri: string } | Unproven> {
  const proves = `nothing proves that ${from} stopped writing`;
  if (place === undefined) return { why: `no lease is configured: ${proves}` };
  const { uri } = place;
  try {
    const taken = await takeLease(place, to);
    if (taken !== undefined) return { taken, uri };
    const first = { holder: to, expiresAt: handoverEnd(), ttlSeconds: 30, epoch: 1 };
    // Or the old primary's keeper would take it for a first day, once it is back.
    return {
      why: `nobody ever held the lease ${uri}: ${proves}`,
      afterAll: async () => await writeLease(place, first),
    };
  } catch (thrown) {
    return { why: `the lease ${uri} is out of reach (${messageOf(thrown)})` };
  }
}

/** Told where this machine's clock and that of the lease's store are further apart than a request takes. */
function clockNote({ modified, justNow }: Taken, takenAt: number): string {
  const apart = modified === undefined || !justNow ? 0 : Math.round((takenAt - modified.getTime()) / 1000);
  if (Math.abs(apart) <= SKEW_SECONDS) return "";
  return `; this machine's clock is ${Math.abs(apart)} s ${apart > 0 ? "ahead of" : "behind"} the store's: times in this record are off by that`;
}

interface Stopped {
  readonly told: string;
  readonly commands: readonly string[];
  /** How far it has written, where it can tell: whoever is promoted has to have replayed that. */
  readonly lastWrite?: string;
}

/** Stops the old primary's writes directly where it still answers. Its silence is expected, and no failure. */
async function stopDirectly({ site, from }: ActionContext): Promise<Stopped> {
  const work = async (): Promise<Stopped> => {
    const database = await openDatabase(site, from);
    if (database === undefined) return { told: "no database of it in the site file", commands: [] };
    const commands = await database.stopWrites();
    const lastWrite = await database.lastWrite?.();
    return { told: `${database.name} refuses writes`, commands, ...(lastWrite === undefined ? {} : { lastWrite }) };
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
    const found = await leaseFor(site, { from, to });
    if ("why" in found) {
      const summary = refuseUnlessForced(context, "unfenced", found.why);
      await found.afterAll?.();
      const { told, commands } = await stopDirectly(context);
      return { summary: `${summary}; ${told}`, commands, facts: { fenced: false } };
    }
    const { taken, uri } = found;
    const takenAt = Date.now();
    const fencedFrom = new Date(takenAt + secondsUntilFenced(taken) * 1000).toISOString();
    const { told, commands, lastWrite } = await stopDirectly(context);
    await sleep(Math.max(0, Date.parse(fencedFrom) - Date.now()), undefined, { signal });
    const { epoch } = taken.lease;
    return {
      summary: `${from} is fenced: its lease ended at ${fencedFrom}; ${told}${clockNote(taken, takenAt)}`,
      commands: [`conditional PUT ${uri} holder=${to} epoch=${epoch}`, ...commands],
      facts: { fenced: true, epoch, fencedFrom, ...(lastWrite === undefined ? {} : { lastWrite }) },
    };
  },
};
