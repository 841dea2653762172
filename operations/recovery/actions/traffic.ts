import { messageOf } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";
import { smoke } from "../../smoke/smoke.js";
import type { Action, Outcome } from "../action.js";
import { addressesOf, requestFor } from "../names.js";
import { openPlace } from "../site/places.js";
import type { Place, Site } from "../site/site.js";
import { regionOf } from "./standby.js";

/** Object whose existence sends the traffic of a region away; the health checks of `components/failover` ask for it. */
const switchKey = (region: string): string => `fail-away/${region}`;
const BUCKET_MS = 10_000;

interface SwitchPlace {
  readonly region: string;
  readonly place: Place;
}

/** Buckets in which the switch can be thrown, that of the lost region last: it may be lost too. */
function switches(site: Site, from: string): SwitchPlace[] {
  const all = Object.entries(site.regions).flatMap(([region, { switch: place }]) =>
    place === undefined ? [] : [{ region, place }],
  );
  return [...all.filter(({ region }) => region !== from), ...all.filter(({ region }) => region === from)];
}

async function within<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${BUCKET_MS / 1000} s`)), BUCKET_MS).unref();
  });
  return await Promise.race([work, late]);
}

/** Does the same in every bucket at once; one that works is enough, the others are told of. */
async function inEveryBucket(
  places: readonly SwitchPlace[],
  work: (place: Place) => Promise<unknown>,
): Promise<{ done: SwitchPlace[]; faults: string[] }> {
  const results = await Promise.allSettled(places.map(async ({ place }) => await within(work(place))));
  const done = places.filter((_, index) => results[index]?.status === "fulfilled");
  const faults = results.flatMap((result, index) =>
    result.status === "rejected" ? [`${places[index]?.place.uri ?? ""}: ${messageOf(result.reason)}`] : [],
  );
  return { done, faults };
}

export const throwSwitch: Action = {
  summary: "throw the data-plane switch: the traffic leaves the lost region",
  effects: ({ site, from }) => {
    const places = switches(site, from);
    if (places.length > 0) return places.map(({ place }) => `PUT ${place.uri}/${switchKey(from)}`);
    return [
      site.dns === undefined
        ? "no switch and no zone in the site file: it would fail"
        : `records of zone ${site.dns.zoneId}`,
    ];
  },
  run: async (context): Promise<Outcome> => {
    const { site, from } = context;
    const { done, faults } = await inEveryBucket(
      switches(site, from),
      async (place) => await openPlace(place).writeText(switchKey(from), "x"),
    );
    if (done.length === 0) {
      if (site.dns !== undefined) return await (await import("./records.js")).changeRecords.run(context);
      throw new Error(
        `the switch of ${from} could be thrown nowhere: ${faults.join("; ") || "no bucket in the site file"}`,
      );
    }
    const missed = faults.length === 0 ? "" : `; not in ${faults.join("; ")}`;
    return {
      summary: `switch of ${from} thrown in ${done.map(({ region }) => region).join(", ")}${missed}`,
      commands: done.map(({ place }) => `PUT ${place.uri}/${switchKey(from)}`),
      facts: { switchThrownAt: new Date().toISOString() },
    };
  },
};

export const openSwitch: Action = {
  summary: "take the switch back: the region may serve again",
  effects: ({ site, to }) => switches(site, to).map(({ place }) => `DELETE ${place.uri}/${switchKey(to)}`),
  run: async ({ site, to }): Promise<Outcome> => {
    const places = switches(site, to);
    const { done, faults } = await inEveryBucket(places, async (place) => await openPlace(place).remove(switchKey(to)));
    // One object that stays keeps the traffic away: here every bucket counts.
    if (faults.length > 0) throw new Error(`the switch of ${to} is still thrown: ${faults.join("; ")}`);
    return {
      summary: `switch of ${to} open in ${done.map(({ region }) => region).join(", ")}`,
      commands: done.map(({ place }) => `DELETE ${place.uri}/${switchKey(to)}`),
    };
  },
};

export const checkTraffic: Action = {
  summary: "wait until the public name leads to the standby",
  effects: ({ site, to }) => [`addresses of ${new URL(site.publicUrl).hostname} and of ${to}: read only`],
  run: async ({ site, to }): Promise<Outcome> => {
    const host = new URL(site.publicUrl).hostname;
    const wanted = await addressesOf(site, new URL(regionOf(site, to).url).hostname);
    const limit = (site.ttlSeconds + 2 * site.detection.intervalSeconds * site.detection.failures + 30) * 1000;
    const found = await poll(
      async () => {
        const addresses = await addressesOf(site, host);
        if (addresses.some((address) => wanted.includes(address))) return addresses;
        throw new Error(`it leads to ${addresses.join(", ")}, not to ${wanted.join(", ")}`);
      },
      { what: `${host} to lead to ${to}`, intervalMs: 500, timeoutMs: limit },
    );
    return { summary: `${host} leads to ${to} (${found.join(", ")})`, facts: { trafficAt: new Date().toISOString() } };
  },
};

export const checkService: Action = {
  summary: "ask, write and read through the public name",
  effects: ({ site }) => [`${new URL(site.probePath, site.publicUrl).href}: one item written, read and removed`],
  run: async ({ site }): Promise<Outcome> => {
    const { url, headers } = await requestFor(site, site.publicUrl);
    const steps = await smoke({
      url,
      headers,
      healthPath: site.healthPath,
      readyPath: site.healthPath,
      itemsPath: site.probePath,
      // A field of the documented API: a service that is strict refuses others.
      item: { agentId: "recovery" },
      timeoutMs: 10_000,
    });
    const bad = steps.filter(({ name, fault }) => fault !== undefined && name !== "clean-up");
    if (bad.length > 0) throw new Error(bad.map(({ request, fault }) => `${request}: ${fault ?? ""}`).join("; "));
    const told = steps.map(({ request, status, milliseconds }) => `${request} ${status ?? ""} in ${milliseconds} ms`);
    return { summary: `serves reads and writes: ${told.join(", ")}`, facts: { servesAt: new Date().toISOString() } };
  },
};
