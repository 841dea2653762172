import { z } from "zod";
import { dnsLabel, doc, duration, email, hostName, httpUrl, path, positive, section } from "./primitives.js";
import { secret } from "./secret.js";

/** High availability (R9). */
export const failoverSchema = section({
  mode: doc(
    z.enum(["active-passive", "active-active"]).default("active-passive"),
    "active-active needs every store to be writable in every region.",
  ),
  thresholdSeconds: doc(
    positive.default(30),
    "Seconds until a region counts as down: health-check interval × failures.",
  ),
  dns: section({
    enabled: doc(z.boolean().default(true), "Create the records; needs an AWS account for Route 53."),
    zone: doc(hostName.default("example.com"), "Zone that holds the public hosts."),
    existingZoneId: doc(
      z
        .string()
        .regex(/^Z[A-Z0-9]+$/, "must be a Route 53 zone id")
        .optional(),
      "Adopt this zone instead of creating one.",
    ),
    ttlSeconds: doc(positive.max(60).default(60), "TTL of the per-region names; clients see detection + TTL."),
    healthPath: doc(path.default("/health/deep"), "Deep health endpoint that DNS checks."),
    intervalSeconds: doc(
      z.union([z.literal(10), z.literal(30)]).default(10),
      "Seconds between health checks; Route 53 knows 10 and 30.",
    ),
    failures: doc(z.int().min(1).max(10).default(3), "Failures in a row that mark an endpoint as down."),
  }),
  switchOperators: doc(
    z
      .array(z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/.+$/, "must be an IAM role or user ARN"))
      .default([]),
    "IAM principals that may take the role that throws the switch; the role is made where there are any.",
  ),
  leaseUrl: doc(
    z
      .string()
      .regex(
        /^(s3|gs):\/\/[a-z0-9][a-z0-9.-]+[a-z0-9]\/[\w./-]*[\w-]$/,
        "must be an object, s3://bucket/key or gs://bucket/key",
      )
      .optional(),
    "Object outside both regions that holds the writer's lease; every region then runs a keeper of it.",
  ),
  leaseEndpoint: doc(httpUrl.optional(), "URL of an S3-compatible server that holds the lease, where that is not AWS."),
});

const receiver = z.strictObject({
  name: doc(dnsLabel, "Name by which routing refers to it."),
  email: doc(email.optional(), "Mailbox, sent to through observability.alerting.smtp."),
  webhookUrl: doc(
    secret(httpUrl).optional(),
    "Webhook that gets the alerts as JSON; may carry a token, so it must be encrypted.",
  ),
});

const extraAlert = z.strictObject({
  name: doc(z.string().regex(/^[A-Z][A-Za-z0-9]+$/, "must be a name such as QueueTooLong"), "Name of the alert."),
  expr: doc(z.string().min(1), "PromQL expression that is true while the alert holds."),
  for: doc(duration.default("5m"), "How long it must hold."),
  severity: doc(z.enum(["critical", "warning", "info"]), "critical pages, warning makes a ticket, info is only shown."),
  summary: doc(z.string().min(10), "One line for whoever is told."),
  runbook: doc(httpUrl, "What to do; an alert without a runbook is refused."),
  owner: doc(dnsLabel.default("platform-team"), "Team that acts on it."),
});

const alertingSchema = section({
  receivers: doc(
    z
      .array(receiver)
      .min(1)
      .default([
        { name: "oncall", email: "oncall@example.com" },
        { name: "tickets", email: "platform-team@example.com" },
      ]),
    "Who can be told, each by mail or by webhook.",
  ),
  routing: section({
    critical: doc(dnsLabel.default("oncall"), "Receiver of what needs somebody now."),
    warning: doc(dnsLabel.default("tickets"), "Receiver of what can wait for office hours."),
    info: doc(dnsLabel.default("tickets"), "Receiver of everything else."),
    heartbeat: doc(
      dnsLabel.optional(),
      "Receiver told every minute that alerts get through, for a service that pages when it hears no more; none by default.",
    ),
  }),
  smtp: section({
    smarthost: doc(
      z
        .string()
        .regex(/^[\w.-]+:\d{1,5}$/, "must be host:port")
        .default("smtp.example.com:587"),
      "Mail relay.",
    ),
    from: doc(email.default("alerts@example.com"), "Sender."),
  }),
  runbookBase: doc(
    httpUrl.default("https://github.com/example/agent-platform/blob/main/docs/runbooks"),
    "Where alerts link to the runbooks of docs/runbooks.",
  ),
  extraAlerts: doc(z.array(extraAlert).default([]), "Alerts of your own, routed like the platform's."),
});

/** Logs, metrics, traces and the service level (R11). */
export const observabilitySchema = section({
  namespace: doc(dnsLabel.default("observability"), "Namespace of Prometheus and the collector."),
  scrapeIntervalSeconds: doc(z.int().min(5).max(120).default(15), "Seconds between scrapes."),
  availability: doc(z.number().gt(0).lt(1).default(0.999), "Availability objective over 30 days."),
  otlpEndpoint: doc(
    httpUrl.default("http://otel-collector.observability:4317"),
    "Where the service sends its traces, OTLP over gRPC.",
  ),
  export: section({
    endpoint: doc(
      z
        .string()
        .regex(/^[\w.-]+:\d{1,5}$/, "must be host:port")
        .optional(),
      "OTLP endpoint (host:port, gRPC) to which the collector sends traces and logs; its own log where left out.",
    ),
    insecure: doc(z.boolean().default(false), "Send without TLS."),
  }),
  alerting: alertingSchema,
  logFormat: doc(z.enum(["json", "text"]).default("json"), "Format of the service's logs; only json is structured."),
});

export type ObservabilityConfig = z.output<typeof observabilitySchema>;
