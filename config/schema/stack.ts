import { z } from "zod";
import { accessSchema } from "./access.js";
import { addonsSchema } from "./addons.js";
import { agentSchema, trafficSchema } from "./agent.js";
import { backupsSchema, dataSchema } from "./data.js";
import { deliverySchema } from "./delivery.js";
import { failoverSchema, observabilitySchema } from "./failover.js";
import { doc } from "./primitives.js";
import { recoverySchema } from "./recovery.js";
import { regionSchema } from "./regions.js";

const exemption = z.strictObject({
  check: doc(z.string().min(1), "Id of the readiness check."),
  resource: doc(z.string().min(1), "Name of the resource, or a pattern with `*`."),
  reason: doc(z.string().min(10), "Why, for whoever reads the finding."),
  expires: doc(z.iso.date(), "Last day on which the exemption holds, YYYY-MM-DD."),
});

/** Everything that a stack can configure. Unknown keys are refused at every level. */
export const stackSchema = z.strictObject({
  environment: doc(
    z.enum(["production", "staging", "local"]),
    "What the stack is for; production has the strictest rules.",
  ),
  regions: doc(z.array(regionSchema).min(1), "Regions of the stack, the primary first."),
  agent: doc(agentSchema, "The agent memory service (R2–R4)."),
  traffic: doc(trafficSchema, "Ingress, gateway and routes (R3, R6)."),
  delivery: doc(deliverySchema, "How new versions reach users (R6, R7)."),
  data: doc(dataSchema, "PostgreSQL, Redis and the vector database."),
  backups: doc(backupsSchema, "Backup schedules, retention and vaults (R8)."),
  failover: doc(failoverSchema, "Regions' failover and DNS (R9)."),
  recovery: doc(recoverySchema, "Recovery plans' objectives and contacts (R10)."),
  observability: doc(observabilitySchema, "Metrics, logs, traces and the service level (R11)."),
  addons: doc(addonsSchema, "What the platform needs in every cluster."),
  access: doc(accessSchema, "Identities of the pipelines in the clouds (R5)."),
  exemptions: doc(z.array(exemption).default([]), "Readiness findings that are accepted, each with reason and expiry."),
  tags: doc(
    z
      .record(
        z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "must start with a-z and have a-z, 0-9, _ or -, at most 63"),
        z.string().max(63),
      )
      .default({}),
    "Tags and labels on every cloud resource.",
  ),
});

export type StackConfig = z.output<typeof stackSchema>;
