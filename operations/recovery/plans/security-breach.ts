import { objectives, stepDefaults, type Plan } from "./plan.js";
import { notifyStakeholders, restoreSteps } from "./steps.js";

/**
 * Somebody is inside. The order is that of the field's incident response (NIST SP 800-61): contain, preserve, eradicate,
 * recover; evidence before anything is deleted, new credentials before the service comes back.
 */
export const securityBreach: Plan = {
  id: "security-breach",
  name: "Security breach",
  purpose: "Somebody got in: they are shut out, what they did is kept for others to see, and the service starts clean.",
  ...objectives("security-breach"),
  rationale:
    "Four hours: containment takes minutes, but nobody may serve before every credential is new and the data is known to be good. RPO as for corruption: the archive is the same.",
  recoveredAfter: "resume-service",
  steps: [
    {
      ...stepDefaults,
      id: "isolate-service",
      name: "Isolate the service",
      description: "Quarantines the pods that run by label and network policy, and lets no new ones start.",
      estimateMinutes: 5,
      runbook: "isolate-service",
      actions: ["isolate"],
      after: ["check-isolation"],
      undo: "Action lift-isolation: the policy goes, the workload gets its replicas back; quarantined pods stay until deleted.",
    },
    {
      ...stepDefaults,
      id: "preserve-evidence",
      name: "Preserve evidence",
      description:
        "Copies objects, events and pods' states of the namespace to the control bucket, before anything is removed.",
      estimateMinutes: 15,
      runbook: "preserve-evidence",
      timeoutSeconds: 900,
      actions: ["preserve-evidence"],
      undo: "Nothing to undo: it only copies.",
    },
    {
      ...stepDefaults,
      id: "assess-breach",
      name: "Assess the breach",
      description:
        "Checks the database; a contact says how far they got, since when, and whether data must be restored.",
      estimateMinutes: 60,
      runbook: "assess-breach",
      mode: "manual",
      timeoutSeconds: 1_800,
      actions: ["assess-database"],
      undo: "Nothing to undo: it only looks.",
    },
    {
      ...stepDefaults,
      id: "rotate-credentials",
      name: "Rotate credentials",
      description:
        "Replaces every password and key that the stack made, through Pulumi, so that no later `up` brings one back.",
      estimateMinutes: 30,
      runbook: "rotate-credentials",
      timeoutSeconds: 1_800,
      retry: { attempts: 2, delaySeconds: 30 },
      actions: ["rotate-secrets"],
      undo: "Never: the old credentials are known to somebody else.",
    },
    restoreSteps.select,
    {
      ...restoreSteps.restore,
      description: "Restores the point before the breach beside the database, which stays as evidence.",
    },
    restoreSteps.verify,
    {
      ...restoreSteps.resume,
      description:
        "The restored database takes over, isolation is lifted, and the service starts with new credentials.",
      actions: ["adopt-restored", "lift-isolation", "resume-writes"],
    },
    notifyStakeholders(
      "Tells every contact what happened; whether authorities and customers must be told is for them to say.",
      5,
    ),
  ],
};
