import type { Action, Outcome } from "../action.js";
import { openCluster } from "../cluster.js";
import { openPlace } from "../site/places.js";
import { primaryKey } from "../site/primary.js";

/** Object outside the regions, and ConfigMap in every cluster that answers: who is primary now. */
export const recordPrimary: Action = {
  summary: "record who is primary now, outside the program, so that nothing demotes it",
  effects: ({ site, to }) => [
    `PUT ${site.control.uri}/${primaryKey(site)} primary=${to}`,
    ...Object.keys(site.regions).map(
      (key) => `ConfigMap ${site.namespace}/recovery-state in ${key}: primary_region=${to}`,
    ),
  ],
  run: async ({ site, to, runId, planId }): Promise<Outcome> => {
    const record = { primary: to, since: new Date().toISOString(), run: runId, plan: planId };
    await openPlace(site.control).writeText(primaryKey(site), `${JSON.stringify(record)}\n`);
    const told: string[] = [];
    const data = { primary_region: to, since: record.since, run: runId, plan: planId };
    for (const [key, region] of Object.entries(site.regions)) {
      if (region.kubeconfig === undefined) continue;
      try {
        const cluster = await openCluster(region, site.namespace);
        if ((await cluster.ready(3_000)).verdict !== "up") continue;
        await cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "recovery-state" }, data });
        told.push(key);
      } catch (thrown) {
        // The region that is lost cannot be told; the one that takes over must be.
        if (key === to) throw thrown;
      }
    }
    return {
      summary: `${to} is recorded as primary${told.length === 0 ? "" : `, in the clusters of ${told.join(", ")} too`}`,
      commands: [`PUT ${site.control.uri}/${primaryKey(site)} primary=${to}`],
    };
  },
};
