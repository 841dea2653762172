import type { RuleCase } from "./rule-cases.js";

/** Faults of the delivery's configuration. */
export const deliveryCases: readonly RuleCase[] = [
  [
    "falling weights",
    (raw) =>
      (raw.delivery = {
        progressive: {
          stages: [
            { name: "a", weight: 50, hold: "10m" },
            { name: "b", weight: 25, hold: "10m" },
            { name: "c", weight: 100 },
          ],
        },
      }),
    "delivery.progressive.stages[1].weight",
    /rise/,
  ],
  [
    "stages that end early",
    (raw) => (raw.delivery = { progressive: { stages: [{ name: "a", weight: 50, hold: "10m" }] } }),
    "delivery.progressive.stages[0].weight",
    /takes all traffic/,
  ],
  [
    "a stage without a hold",
    (raw) =>
      (raw.delivery = {
        progressive: {
          stages: [
            { name: "a", weight: 5 },
            { name: "b", weight: 100 },
          ],
        },
      }),
    "delivery.progressive.stages[0].hold",
    /holds for a while/,
  ],
  [
    "unknown strategy",
    (raw) => (raw.delivery = { strategy: "yolo" }),
    "delivery.strategy",
    /must be one of rolling, canary, progressive, blueGreen/,
  ],
  [
    "unparseable duration",
    (raw) => (raw.delivery = { progressive: { interval: "soon" } }),
    "delivery.progressive.interval",
    /time span/,
  ],
  [
    "mail without a mail server",
    (raw) => (raw.delivery = { notifications: { email: "oncall@example.com" } }),
    "delivery.notifications.smtp",
    /needs a mail server/,
  ],
  [
    "a metric without a bound",
    (raw) => (raw.delivery = { metrics: [{ name: "queue", query: "up" }] }),
    "delivery.metrics[0]",
    /has a bound/,
  ],
  [
    "bounds that cross",
    (raw) => (raw.delivery = { metrics: [{ name: "queue", query: "up", min: 2, max: 1 }] }),
    "delivery.metrics[0].min",
    /at most max \(1\)/,
  ],
  [
    "a metric with a name that is taken",
    (raw) => (raw.delivery = { metrics: [{ name: "p99-latency", query: "up", min: 2 }] }),
    "delivery.metrics[0].name",
    /unique/,
  ],
];
