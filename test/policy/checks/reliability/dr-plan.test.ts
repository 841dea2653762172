import { drPlan } from "../../../../policy/checks/reliability/dr-plan.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";
import { backup, store } from "../../support/stores.js";

const map = (name: string, data: object) =>
  object("ConfigMap", undefined, { metadata: { name, namespace: "agents" }, data });
const regions = map("ha-config", { primary_region: "us-east-1", secondary_region: "us-west1" });
const plan = {
  id: "region-outage",
  rtoMinutes: 15,
  rpoMinutes: 5,
  stores: ["redis"],
  regions: ["us-east-1", "us-west1"],
};
const plans = (change: object) => map("recovery-plans", { "plans.json": JSON.stringify([{ ...plan, ...change }]) });

describeCheck(drPlan, {
  pass: {
    "a plan for the store and both regions": [store(), regions, plans({})],
    "a recovery point of its own": [store(), regions, plans({ stores: { redis: 360 } })],
  },
  violation: {
    "no recovery plan is part of the input": [store(), regions],
    "no recovery plan names redis": [store(), regions, plans({ stores: ["postgres"] })],
    "states no RTO": [store(), regions, plans({ rtoMinutes: undefined })],
    "states no RPO": [store(), regions, plans({ rpoMinutes: undefined })],
    "no recovery plan for redis in us-west1": [store(), regions, plans({ regions: ["us-east-1"] })],
    "no evidence of the regions": [store(), plans({})],
    "allows 15 minutes to recover, more than 10": {
      inputs: [store(), regions, plans({})],
      settings: { parameters: { limits: ["region-outage=10/5"] } },
    },
    "allows 2000 minutes of redis to be lost": [store(), regions, plans({ stores: { redis: 2000 } })],
  },
  wrongKind: [deployment(), backup(), regions],
  unknown: [store(), regions, map("recovery-plans", { "plans.json": UNKNOWN })],
});
