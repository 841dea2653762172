import { z } from "zod";
import { recoveryTable, type RecoveryPlanId } from "../recovery-table.js";
import type { stores } from "./data.js";
import { dnsLabel, doc, email, httpUrl, positive, section } from "./primitives.js";

/** A bucket, or a path in one. */
const bucketUrl = z
  .string()
  .regex(
    /^(s3|gs):\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/.*)?$/,
    "must be s3://bucket or gs://bucket, with or without a path",
  );

/** A value that the machine which recovers has in its environment: no secret is written down. */
const fromEnvironment = z.string().regex(/^env:\w+$/, "must be env:NAME: the value itself is a secret");

/** Where messages of a recovery go. `reference` is the schema of what may carry a token. */
export function channelSchema(reference: z.ZodString) {
  const name = doc(dnsLabel, "Name of the channel in the record of a run.");
  return z.discriminatedUnion("kind", [
    z.strictObject({
      kind: doc(z.literal("webhook"), "A Slack-compatible webhook."),
      name,
      url: doc(reference, "Address of the webhook, as `env:NAME`."),
    }),
    z.strictObject({
      kind: doc(z.literal("smtp"), "E-mail to the plan's contacts."),
      name,
      url: doc(reference, "Address of the mail server (`smtp://user:password@host:587`), as `env:NAME`."),
      from: doc(email, "Sender."),
    }),
    z.strictObject({
      kind: doc(z.literal("sns"), "A topic of SNS."),
      name,
      topicArn: doc(z.string().regex(/^arn:aws[\w-]*:sns:/, "must be the ARN of an SNS topic"), "ARN of the topic."),
      endpoint: doc(httpUrl.optional(), "Another server that speaks SNS."),
    }),
    z.strictObject({
      kind: doc(z.literal("pagerduty"), "PagerDuty, by its Events API v2."),
      name,
      routingKey: doc(reference, "Integration key, as `env:NAME`."),
      url: doc(httpUrl.optional(), "Another server that takes events."),
    }),
  ]);
}

const plan = (id: RecoveryPlanId) =>
  section({
    rtoMinutes: doc(positive.default(recoveryTable[id].rtoMinutes), "Recovery time objective, in minutes."),
    rpoMinutes: doc(positive.default(recoveryTable[id].rpoMinutes), "Recovery point objective, in minutes."),
  });

const contacts = (id: RecoveryPlanId) =>
  doc(
    z
      .array(email)
      .min(1)
      .default([...recoveryTable[id].contacts]),
    "In order of escalation.",
  );

const storeRpo = (minutes: number) =>
  doc(positive.default(minutes), "Recovery point objective of the store, in minutes.");

/** Disaster recovery (R10). */
export const recoverySchema = section({
  regionOutage: plan("region-outage"),
  databaseCorruption: plan("database-corruption"),
  securityBreach: plan("security-breach"),
  dataLoss: plan("data-loss"),
  storeRpoMinutes: doc(
    z
      .strictObject({ postgres: storeRpo(5), redis: storeRpo(360), vector: storeRpo(1440) } satisfies Record<
        (typeof stores)[number],
        z.ZodType
      >)
      .prefault({}),
    "RPO per store: PostgreSQL is the system of record; Redis can be rebuilt and the vector index re-built from it.",
  ),
  contacts: section({
    regionOutage: contacts("region-outage"),
    databaseCorruption: contacts("database-corruption"),
    securityBreach: contacts("security-breach"),
    dataLoss: contacts("data-loss"),
  }),
  controlUrl: doc(
    bucketUrl.optional(),
    "Bucket outside every region for claims, approvals and records of runs; `recovery` beside the lease where left out.",
  ),
  notifications: doc(
    z.array(channelSchema(fromEnvironment)).default([]),
    "Where a run tells of its start, failures, approvals and end; all at once.",
  ),
  escalateAfterMinutes: doc(positive.default(5), "Minutes without an answer after which the next contact is asked."),
  drillMaxAgeDays: doc(positive.default(90), "A plan not drilled for longer is a finding."),
});
