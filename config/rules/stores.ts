import { showValue } from "../../common/errors.js";
import { stores } from "../schema/data.js";
import type { Rule } from "./index.js";

const lockWithinRetention: Rule = ({ backups }) =>
  stores.flatMap((store) =>
    backups.lockDays <= backups[store].retentionDays
      ? []
      : [
          {
            path: `backups.${store}.retentionDays`,
            received: showValue(backups[store].retentionDays),
            rule: `object lock (${backups.lockDays} days) ends before retention, or pruning never frees anything`,
            fix: "lower backups.lockDays or keep the backups longer",
          },
        ],
  );

const quorum: Rule = ({ data: { postgres } }) =>
  postgres.external !== undefined || postgres.instances !== 2
    ? []
    : [
        {
          path: "data.postgres.instances",
          received: "2",
          rule: "with one synchronous standby, two instances stop writing when one is lost",
          fix: "use 3 instances, or 1 where availability does not matter",
        },
      ];

const detection: Rule = ({ failover }) => {
  const { intervalSeconds, failures } = failover.dns;
  return intervalSeconds * failures === failover.thresholdSeconds
    ? []
    : [
        {
          path: "failover.thresholdSeconds",
          received: showValue(failover.thresholdSeconds),
          rule: `the threshold is what the health checks detect in: ${intervalSeconds} s × ${failures} = ${intervalSeconds * failures} s`,
          fix: "change the threshold, failover.dns.intervalSeconds or failover.dns.failures",
        },
      ];
};

const copiesNeedASecondPlace: Rule = ({ backups, regions }) =>
  backups.copy && regions.length < 2
    ? [
        {
          path: "backups.copy",
          received: "true",
          rule: "a copy lives in another region, and the stack has one",
          fix: "add a region, or set backups.copy: false",
        },
      ]
    : [];

export const storeRules: readonly Rule[] = [lockWithinRetention, quorum, detection, copiesNeedASecondPlace];
