import { stepDefaults, type Plan } from "./plan.js";

/** The way back after a region outage. It is planned work: nothing of it is done in a hurry, so a contact begins it. */
export const failBack: Plan = {
  id: "fail-back",
  name: "Fail back",
  purpose: "The lost region is whole again, and follows as a replica in sync: writes and traffic go back to it.",
  rtoMinutes: 15,
  rpoMinutes: 5,
  rationale: "The same steps as a fail-over with both regions alive: writes stop for as long as the promotion takes.",
  recoveredAfter: "verify-services",
  contacts: ["oncall@example.com", "platform-team@example.com", "cto@example.com"],
  steps: [
    {
      ...stepDefaults,
      id: "verify-replica",
      name: "Verify the replica",
      description:
        "The region that goes back must be healthy, and its database a replica in sync; a contact says when.",
      estimateMinutes: 5,
      runbook: "verify-replica",
      mode: "manual",
      actions: ["check-standby", "check-replica"],
      undo: "Nothing to undo: it only looks.",
    },
    {
      ...stepDefaults,
      id: "move-writes",
      name: "Move writes",
      description:
        "Fences the present primary, waits for the last of its writes, promotes the other, and opens its switch.",
      estimateMinutes: 5,
      runbook: "move-writes",
      timeoutSeconds: 300,
      before: ["check-standby"],
      actions: ["fence-primary", "check-replica", "promote-standby", "scale-standby", "record-primary", "open-switch"],
      after: ["check-traffic"],
      undo: "Plan region-outage with --force outage-unconfirmed: the same way back.",
    },
    {
      ...stepDefaults,
      id: "verify-services",
      name: "Verify services",
      description: "Reads and writes through the public name, and asks the region's deep health endpoint.",
      estimateMinutes: 3,
      runbook: "verify-services",
      retry: { attempts: 10, delaySeconds: 3 },
      actions: ["check-service"],
      undo: "Nothing to undo: its writes are its own probes.",
    },
    {
      ...stepDefaults,
      id: "notify-stakeholders",
      name: "Notify stakeholders",
      description: "Tells every contact that the service is back in its own region.",
      estimateMinutes: 2,
      runbook: "notify-stakeholders",
      actions: ["notify-stakeholders"],
      undo: "A message cannot be taken back: send a correction.",
    },
  ],
};
