import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { Action, Outcome } from "../action.js";
import { recordsOf, upsertRecords } from "../route53.js";
import { regionOf } from "./standby.js";

/**
 * What has to change so that the public name no longer leads to the lost region: the PRIMARY record leads to the
 * standby, a weighted record of the lost region gets no weight. Nothing where it is so already.
 */
export function movedRecords(
  sets: readonly ResourceRecordSet[],
  { fromHost, toHost }: { readonly fromHost: string; readonly toHost: string },
): ResourceRecordSet[] {
  return sets.flatMap((set): ResourceRecordSet[] => {
    const leadsToLost = set.ResourceRecords?.some(({ Value }) => Value?.replace(/\.$/, "") === fromHost) === true;
    if (!leadsToLost) return [];
    if (set.Weight !== undefined) return set.Weight === 0 ? [] : [{ ...set, Weight: 0 }];
    return [{ ...set, ResourceRecords: [{ Value: toHost }] }];
  });
}

/** The second way, where no switch can be thrown: it needs Route 53's control plane, which lives in us-east-1. */
export const changeRecords: Action = {
  summary: "change the public name's records (needs Route 53's control plane)",
  effects: ({ site, to }) => [
    `records of ${new URL(site.publicUrl).hostname} in zone ${site.dns?.zoneId ?? "(none)"}: to ${to}`,
  ],
  run: async ({ site, from, to, runId }): Promise<Outcome> => {
    if (site.dns === undefined) throw new Error("the site file has no zone");
    const { zoneId, endpoint } = site.dns;
    const host = new URL(site.publicUrl).hostname;
    const hosts = {
      fromHost: new URL(regionOf(site, from).url).hostname,
      toHost: new URL(regionOf(site, to).url).hostname,
    };
    const sets = await recordsOf(zoneId, host, endpoint);
    if (sets.length === 0) throw new Error(`zone ${zoneId} has no records of ${host}`);
    const moved = movedRecords(sets, hosts);
    const options = { comment: `recovery ${runId}`, ...(endpoint === undefined ? {} : { endpoint }) };
    if (moved.length > 0) await upsertRecords(zoneId, moved, options);
    return {
      summary:
        moved.length === 0
          ? `no record of ${host} leads to ${from}`
          : `${moved.length} records of ${host} lead to ${to} now`,
      commands: moved.map(({ Name, SetIdentifier }) => `UPSERT ${Name ?? ""} ${SetIdentifier ?? ""} in zone ${zoneId}`),
    };
  },
};
