import { z } from "zod";
import { dnsLabel, doc, duration, email, httpUrl, positive, section } from "./primitives.js";
import { secret } from "./secret.js";

const weight = z.int().min(1).max(100);

const stage = z.strictObject({
  name: doc(dnsLabel, "Name of the stage, as status and alerts show it."),
  weight: doc(weight, "Share of traffic on the canary, in percent; rises from stage to stage and ends at 100."),
  hold: doc(duration.optional(), "How long the stage lasts; left out for the last one."),
});

/** Stages of R7. */
export const defaultStages = [
  { name: "canary-5", weight: 5, hold: "10m" },
  { name: "canary-25", weight: 25, hold: "15m" },
  { name: "canary-50", weight: 50, hold: "20m" },
  { name: "full", weight: 100 },
];

const metric = z.strictObject({
  name: doc(dnsLabel, "Name of the metric, as status and alerts show it."),
  query: doc(
    z.string().min(1),
    "PromQL with one value, about the canary alone; the preview has promtool parse it. No value is no success.",
  ),
  min: doc(z.number().optional(), "Lowest value that is good."),
  max: doc(z.number().optional(), "Highest value that is good."),
});

/** How new versions reach users (R6, R7). */
export const deliverySchema = section({
  strategy: doc(
    z.enum(["rolling", "canary", "progressive", "blueGreen"]).default("progressive"),
    "How a new version takes over.",
  ),
  rolloutTimeout: doc(duration.default("600s"), "How long `rollout wait` waits for a rolling or canary delivery (R5)."),
  prometheusUrl: doc(httpUrl.default("http://prometheus:9090"), "Prometheus that the analysis asks."),
  metrics: doc(
    z.array(metric).default([]),
    "What every analysis measures beside errors and latency: each with a lower bound, an upper bound, or both.",
  ),
  canary: section({
    replicas: doc(positive.default(1), "Replicas of the canary deployment."),
    weight: doc(
      z.int().min(0).max(100).default(5),
      "Share of traffic on the canary, in percent; header requests go there anyway.",
    ),
    image: doc(z.string().optional(), "Image of the canary; the stable image where left out."),
    successRate: doc(z.number().gt(0).max(1).default(0.95), "Lowest success rate."),
    maxP99Ms: doc(positive.default(2000), "Highest p99 latency, in milliseconds."),
    interval: doc(duration.default("1m"), "Time between measurements."),
    count: doc(positive.default(5), "Measurements of one analysis."),
    window: doc(duration.default("5m"), "Window of the rates."),
  }),
  progressive: section({
    stages: doc(z.array(stage).min(1).default(defaultStages), "Stages in order."),
    interval: doc(duration.default("30s"), "Time between measurements while a stage holds."),
    window: doc(duration.default("2m"), "Window of the rates; short, so that a breach shows within few intervals."),
    maxErrorRate: doc(z.number().min(0).lt(1).default(0.01), "Highest share of failed requests."),
    maxP99Ms: doc(positive.default(2000), "Highest p99 latency, in milliseconds."),
    minRequestsPerSecond: doc(
      z.number().gt(0).default(0.1),
      "Traffic on the canary below which a measurement is inconclusive.",
    ),
    gateCount: doc(positive.default(3), "Measurements of the gate at the end of each stage; all must succeed."),
    progressDeadline: doc(
      duration.default("10m"),
      "Time in which the new pods must become ready, else the rollout is aborted.",
    ),
    rollbackRevisions: doc(positive.default(3), "Going back to one of this many last versions skips the stages."),
  }),
  blueGreen: section({
    keepOld: doc(duration.default("10m"), "How long the old version stays up after the switch."),
    previewReplicas: doc(positive.default(3), "Replicas of the preview version before the switch."),
  }),
  notifications: section({
    webhookUrl: doc(
      secret(httpUrl).optional(),
      "Webhook that gets a warning when a rollout is aborted; may carry a token, so it must be encrypted.",
    ),
    slackChannel: doc(
      z.string().optional(),
      "Slack channel; needs the key slack-token in Secret argo-rollouts-notification-secret.",
    ),
    email: doc(
      email.optional(),
      "Mailbox; needs smtp, and the keys email-username and email-password in Secret argo-rollouts-notification-secret.",
    ),
    smtp: doc(
      z
        .strictObject({
          host: doc(z.string().min(1), "Host name of the mail server."),
          port: doc(z.int().min(1).max(65535).default(587), "Its port."),
          from: doc(email, "Sender of the mails."),
        })
        .optional(),
      "Mail server that takes the warnings to the mailbox.",
    ),
  }),
});

export type DeliveryConfig = z.output<typeof deliverySchema>;
export type StageConfig = z.output<typeof stage>;
