import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";
import { refuseUnlessForced, type Action } from "../action.js";
import { openDatabase, type RegionDatabase } from "../database.js";
import type { Site } from "../site/site.js";

/** The database of a region; an error where the site names none, because the plan is about it. */
export async function requireDatabase(site: Site, key: string): Promise<RegionDatabase> {
  const database = await openDatabase(site, key);
  if (database !== undefined) return database;
  throw new PlatformError(`${key} has no database in the site file, and this plan needs it`, ExitCode.configuration);
}

export const stopWrites: Action = {
  summary: "make the database refuse writes",
  effects: ({ from }) => [`database of ${from}: writes refused, running ones ended`],
  run: async ({ site, from }) => {
    const database = await requireDatabase(site, from);
    const commands = await database.stopWrites();
    const facts = { writesStoppedAt: new Date().toISOString() };
    return { summary: `${database.name} refuses writes`, commands, facts };
  },
};

export const checkWritesStopped: Action = {
  summary: "check that the database refuses writes",
  effects: ({ from }) => [`database of ${from}: read only`],
  run: async ({ site, from }) => {
    const database = await requireDatabase(site, from);
    const { writable, detail } = await database.standing();
    if (writable) throw new Error(`${database.name} still takes writes: ${detail}`);
    return { summary: `${database.name}: ${detail}` };
  },
};

export const resumeWrites: Action = {
  summary: "let the database take writes again",
  effects: ({ to }) => [`database of ${to}: writes taken`],
  run: async ({ site, to }) => {
    const database = await requireDatabase(site, to);
    const commands = await database.resumeWrites();
    return { summary: `${database.name} takes writes`, commands };
  },
};

/** Seconds that a replica may be behind when writes are moved to it on purpose. */
const MAX_LAG_SECONDS = 60;
/** How long the last write of a primary that was stopped may be under way. */
const LAST_WRITE_MS = 60_000;

/** Waits until the replica has everything that the stopped primary wrote; why it has not, where it never does. */
async function missesLastWrite({ name, hasReplayed }: RegionDatabase, position: string): Promise<string | undefined> {
  try {
    await poll(async () => ((await hasReplayed?.(position)) === false ? undefined : true), {
      what: `${name} to replay ${position}, the last write of the primary that was stopped`,
      intervalMs: 200,
      timeoutMs: LAST_WRITE_MS,
    });
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

export const checkReplica: Action = {
  summary: "check that the region's database is a replica in sync",
  effects: ({ to }) => [`database of ${to}: read only`],
  run: async (context) => {
    const { site, to } = context;
    const database = await requireDatabase(site, to);
    const { role, healthy, lagSeconds, detail } = await database.standing();
    if (role !== "replica" || !healthy) {
      const why = `${database.name} is no healthy replica (${detail}): make it follow the present primary first`;
      return { summary: refuseUnlessForced(context, "replica-lagging", why) };
    }
    if (lagSeconds !== undefined && lagSeconds > MAX_LAG_SECONDS) {
      const why = `${database.name} is ${Math.round(lagSeconds)} s behind`;
      return { summary: refuseUnlessForced(context, "replica-lagging", why) };
    }
    const { lastWrite } = context.facts;
    if (typeof lastWrite !== "string" || database.hasReplayed === undefined) {
      return { summary: `${database.name}: ${detail}` };
    }
    const missing = await missesLastWrite(database, lastWrite);
    if (missing !== undefined) return { summary: refuseUnlessForced(context, "replica-lagging", missing) };
    return { summary: `${database.name} has replayed ${lastWrite}, the last write of the primary that was stopped` };
  },
};
