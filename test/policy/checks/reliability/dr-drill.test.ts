import { drDrill } from "../../../../policy/checks/reliability/dr-drill.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";

const map = (name: string, data: object): object =>
  object("ConfigMap", undefined, { metadata: { name, namespace: "agents" }, data });
const plan = { id: "region-outage", rtoMinutes: 15, rpoMinutes: 5, stores: ["postgres"], regions: ["us-east-1"] };
const plans = (change: object = {}): object =>
  map("recovery-plans", { "plans.json": JSON.stringify([{ ...plan, ...change }]) });
const drill = (change: object = {}): object =>
  map("drill-region-outage", {
    "drill.json": JSON.stringify({
      plan: plan.id,
      at: "2026-11-13T02:00:00Z",
      rtoSeconds: 50,
      passed: true,
      ...change,
    }),
  });

describeCheck(drDrill, {
  pass: { "ten days ago, in time": [plans(), drill()] },
  violation: {
    "no record of a drill of region-outage": [plans()],
    "is 114 days old": [plans(), drill({ at: "2026-08-01T02:00:00Z" })],
    "lies in the future": [plans(), drill({ at: "2027-01-01T00:00:00Z" })],
    "is no RFC 3339 moment": [plans(), drill({ at: "last week" })],
    "took 20 minutes, more than 15": [plans(), drill({ rtoSeconds: 1200 })],
    "measured no recovery time": [plans({ lastDrill: "2026-11-13T02:00:00Z" })],
    "the last drill of region-outage failed": [plans(), drill({ passed: false })],
  },
  wrongKind: [deployment(), drill()],
  unknown: [plans(), map("drill-region-outage", { "drill.json": UNKNOWN })],
});
