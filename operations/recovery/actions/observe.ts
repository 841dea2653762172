import { setTimeout as sleep } from "node:timers/promises";
import { refuseUnlessForced, type Action } from "../action.js";
import { observe } from "../probe.js";
import { decide, type Decision, type Round } from "../quorum.js";

/** How many times the fail-over threshold it looks before it calls an outage unconfirmed. */
const PATIENCE = 3;

interface Seen {
  readonly round: Round;
  readonly at: string;
}

/** Asks from every vantage point until all rounds of one threshold agree, or patience ends. */
export const observeOutage: Action = {
  summary: "ask from every vantage point whether the region is down, for as long as the fail-over threshold",
  effects: ({ site, from }) => [
    `GET ${new URL(site.healthPath, site.publicUrl).href}, the endpoint of ${from}, its API server and its health check: read only`,
  ],
  run: async (context) => {
    const { site, from, signal } = context;
    const { intervalSeconds, failures } = site.detection;
    const seen: Seen[] = [];
    let decision: Decision = { kind: "disputed", why: "nobody was asked" };
    for (let index = 0; index < failures * PATIENCE; index += 1) {
      const began = Date.now();
      seen.push({ round: await observe(site, from), at: new Date(began).toISOString() });
      decision = decide(seen.slice(-failures).map(({ round }) => round));
      const enough = seen.length >= failures;
      if (enough && decision.kind !== "disputed") break;
      // From look to look, as health checks do: one that nobody answers takes seconds itself.
      await sleep(Math.max(0, began + intervalSeconds * 1000 - Date.now()), undefined, { signal });
    }
    // Whoever saw it go knows better than the first look.
    const told = context.facts.outageSince;
    const first = seen.find(({ round }) => decide([round]).kind === "outage")?.at ?? context.startedAt;
    const facts = { outage: decision.kind, outageSince: told ?? first, rounds: seen.length };
    if (decision.kind === "outage") return { summary: `outage of ${from}: ${decision.why}`, facts };
    const why = `no outage of ${from} that a quorum saw (${decision.kind}): ${decision.why}`;
    return { summary: refuseUnlessForced(context, "outage-unconfirmed", why), facts };
  },
};

/** What a contact sees before the incident is closed. */
export const watchRegion: Action = {
  summary: "look at the lost region once more",
  effects: ({ from }) => [`probes of ${from}: read only`],
  run: async ({ site, from }) => {
    const { observations } = await observe(site, from);
    const told = observations.map(({ vantage, verdict, detail }) => `${vantage} ${verdict} (${detail})`).join(", ");
    return { summary: `${from}: ${told}` };
  },
};
