import { objectives, stepDefaults, type Plan } from "./plan.js";
import { notifyStakeholders, verifyServices } from "./steps.js";

/** The way back after a region outage. It is planned work: nothing of it is done in a hurry, so a contact begins it. */
export const failBack: Plan = {
  id: "fail-back",
  name: "Fail back",
  purpose: "The lost region is whole again, and follows as a replica in sync: writes and traffic go back to it.",
  // No plan of R10: it moves the same things, so it has the objectives and contacts of the way there.
  ...objectives("region-outage"),
  rationale: "The same steps as a fail-over with both regions alive: writes stop for as long as the promotion takes.",
  recoveredAfter: "verify-services",
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
    verifyServices,
    notifyStakeholders("Tells every contact that the service is back in its own region.", 2),
  ],
};
