import { z } from "zod";
import { recoveryTable, type RecoveryPlanId } from "../../../config/recovery-table.js";
import { actionNames } from "../actions/names.js";

const stepId = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/, "must be lower-case letters, digits and dashes");
const seconds = z.number().positive();
const actions = z.array(z.enum(actionNames));

/** One step of a plan. Its lists of actions run in order; each action is a durable step of its own in the engine. */
export const stepSchema = z.strictObject({
  id: stepId,
  name: z.string().min(3),
  description: z.string().min(10),
  /** Minutes that it is expected to take; 0 where there is no telling. */
  estimateMinutes: z.number().min(0),
  /** Name of the runbook in docs/runbooks, without `.md`. */
  runbook: stepId,
  /** A manual step asks a contact for approval once its actions have gathered what there is to see. */
  mode: z.enum(["automated", "manual"]),
  /** Seconds that one attempt of one action may take. */
  timeoutSeconds: seconds,
  retry: z.strictObject({ attempts: z.int().min(1).max(20), delaySeconds: z.number().min(0) }),
  /** What must hold before: checks only, without effect. */
  before: actions,
  actions,
  /** What must hold after. */
  after: actions,
  /** How the step is undone, by a person or by which plan. */
  undo: z.string().min(10),
});

/** A recovery plan: plain data, whether the platform's own or from a file of the user's. */
export const planSchema = z.strictObject({
  id: stepId,
  name: z.string().min(3),
  purpose: z.string().min(10),
  /** Objectives in minutes, where the stack's configuration has none of its own; with the reason for the figures. */
  rtoMinutes: z.number().positive(),
  rpoMinutes: z.number().min(0),
  rationale: z.string().min(10),
  /** Id of the step at whose end the service is back: there the recovery time ends. */
  recoveredAfter: stepId,
  /** In order of escalation. */
  contacts: z.array(z.email()).min(1),
  steps: z.array(stepSchema).min(1),
});

export type Step = z.output<typeof stepSchema>;
export type Plan = z.output<typeof planSchema>;
export type Phase = "before" | "actions" | "after";
export const phases = ["before", "actions", "after"] as const;

/** What most steps share; a step overrides what differs. */
export const stepDefaults = {
  mode: "automated",
  timeoutSeconds: 120,
  retry: { attempts: 3, delaySeconds: 2 },
  before: [],
  actions: [],
  after: [],
} satisfies Partial<Step>;

/** A plan's objectives and contacts, where the stack has none of its own. */
export function objectives(id: RecoveryPlanId): Pick<Plan, "rtoMinutes" | "rpoMinutes" | "contacts"> {
  const { rtoMinutes, rpoMinutes, contacts } = recoveryTable[id];
  return { rtoMinutes, rpoMinutes, contacts: [...contacts] };
}
