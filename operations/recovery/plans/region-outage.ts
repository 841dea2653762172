import { objectives, stepDefaults, type Plan } from "./plan.js";
import { notifyStakeholders, verifyServices } from "./steps.js";

/** R10: a region is lost, and its standby takes over. */
export const regionOutage: Plan = {
  id: "region-outage",
  name: "Region outage",
  purpose: "The primary region does not serve: its standby takes the writes and the traffic.",
  ...objectives("region-outage"),
  rationale: "R10. Archive time-out 60 s plus upload and replay keep the replica within 5 minutes.",
  recoveredAfter: "verify-services",
  steps: [
    {
      ...stepDefaults,
      id: "verify-outage",
      name: "Verify outage",
      description:
        "Asks from several vantage points whether the region is down, for as long as the fail-over threshold.",
      estimateMinutes: 2,
      runbook: "verify-outage",
      timeoutSeconds: 180,
      retry: { attempts: 1, delaySeconds: 0 },
      actions: ["observe-outage"],
      undo: "Nothing to undo: it only looks.",
    },
    {
      ...stepDefaults,
      id: "dns-failover",
      name: "Switch DNS",
      description: "Fences the old primary, promotes the standby's stores, scales its service, then throws the switch.",
      estimateMinutes: 5,
      runbook: "dns-failover",
      timeoutSeconds: 300,
      before: ["check-standby"],
      actions: ["fence-primary", "promote-standby", "scale-standby", "record-primary", "throw-switch"],
      after: ["check-traffic"],
      undo: "Plan fail-back, once the old primary follows as a replica in sync; never by removing the switch alone.",
    },
    verifyServices,
    notifyStakeholders("Tells every contact what happened, where the service runs now, and what was lost.", 2),
    {
      ...stepDefaults,
      id: "monitor-recovery",
      name: "Monitor recovery",
      description: "Watches the lost region; a contact says when the incident is over.",
      estimateMinutes: 0,
      runbook: "monitor-recovery",
      mode: "manual",
      actions: ["watch-region"],
      undo: "Nothing to undo: it only looks.",
    },
  ],
};
