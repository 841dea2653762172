import { showValue } from "../../common/errors.js";
import type { Rule } from "./index.js";

const addressesToAnswer: Rule = ({ regions, failover }) =>
  regions.flatMap((region, index) =>
    !failover.dns.enabled || region.cloud !== "existing" || region.loadBalancer
      ? []
      : [
          {
            path: `regions[${index}].loadBalancer`,
            received: "false",
            rule: "DNS needs an address for every region",
            fix: "set it to true where the cluster's load balancers get addresses, or failover.dns.enabled: false",
          },
        ],
  );

/** The chain of standbys takes names below the public host too. */
const namesAreFree: Rule = ({ regions, failover, traffic }) => {
  if (!failover.dns.enabled) return [];
  const taken = new Set([traffic.host, traffic.canaryHost, traffic.previewHost]);
  return regions.flatMap(({ key }, index) =>
    taken.has(`${key}.${traffic.host}`) || /^standby(-\d+)?$/.test(key)
      ? [
          {
            path: `regions[${index}].key`,
            received: showValue(key),
            rule: `${key}.${traffic.host} is the region's own name, and already means something else`,
            fix: "choose another key, such as the name of the cloud's region",
          },
        ]
      : [],
  );
};

const weightsThatCount: Rule = ({ regions, failover }) =>
  regions.flatMap((region, index) =>
    failover.mode === "active-active" && region.weight === 0
      ? [
          {
            path: `regions[${index}].weight`,
            received: "0",
            rule: "a weight of 0 is answered only when every other region is down: that is active-passive",
            fix: "give it a share, or use failover.mode: active-passive",
          },
        ]
      : [],
  );

/** Rules of DNS and failover over several fields. */
export const failoverRules: readonly Rule[] = [addressesToAnswer, namesAreFree, weightsThatCount];
