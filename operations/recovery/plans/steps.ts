import { stepDefaults, type Step } from "./plan.js";

/** Steps that every plan with a restore shares. The restore is made beside what there is, and never over it. */
export const restoreSteps: Readonly<Record<"stop" | "select" | "restore" | "verify" | "resume", Step>> = {
  stop: {
    ...stepDefaults,
    id: "stop-writes",
    name: "Stop writes",
    description: "The database refuses writes, so that nothing is written that the restore would lose.",
    estimateMinutes: 2,
    runbook: "stop-writes",
    actions: ["stop-writes"],
    after: ["check-writes-stopped"],
    undo: "Action resume-writes: the database takes writes again, as it was.",
  },
  select: {
    ...stepDefaults,
    id: "select-restore-point",
    name: "Select restore point",
    description: "Proposes the newest point before the damage that the archive covers; a contact chooses.",
    estimateMinutes: 5,
    runbook: "select-backup",
    mode: "manual",
    actions: ["propose-restore-point"],
    undo: "Nothing to undo: reject it, and another point is asked for.",
  },
  restore: {
    ...stepDefaults,
    id: "restore-database",
    name: "Restore database",
    description: "Restores the chosen point beside the damaged database, which stays as it is.",
    estimateMinutes: 30,
    runbook: "restore-database",
    timeoutSeconds: 3_600,
    retry: { attempts: 2, delaySeconds: 10 },
    actions: ["restore-database"],
    undo: "Remove the restored copy; the damaged database was not touched.",
  },
  verify: {
    ...stepDefaults,
    id: "verify-integrity",
    name: "Verify integrity",
    description: "Checks every table and index of the restored database, and counts its rows.",
    estimateMinutes: 10,
    runbook: "verify-integrity",
    timeoutSeconds: 1_800,
    retry: { attempts: 1, delaySeconds: 0 },
    actions: ["check-restored"],
    undo: "Nothing to undo: it only looks.",
  },
  resume: {
    ...stepDefaults,
    id: "resume-service",
    name: "Resume service",
    description:
      "The restored database takes the damaged one's place, writes are taken again, and the service is asked.",
    estimateMinutes: 3,
    runbook: "resume-service",
    timeoutSeconds: 300,
    retry: { attempts: 5, delaySeconds: 3 },
    actions: ["adopt-restored", "resume-writes"],
    after: ["check-service"],
    undo: "The damaged database is kept beside it: put it back by its runbook while nothing new was written.",
  },
};

/** The end of every move of the traffic: the region that serves now is asked as clients ask it. */
export const verifyServices: Step = {
  ...stepDefaults,
  id: "verify-services",
  name: "Verify services",
  description: "Reads and writes through the public name, and asks the serving region's deep health endpoint.",
  estimateMinutes: 3,
  runbook: "verify-services",
  retry: { attempts: 10, delaySeconds: 3 },
  actions: ["check-service"],
  undo: "Nothing to undo: its writes are its own probes.",
};

/** `description` says what the contacts are told. */
export function notifyStakeholders(description: string, estimateMinutes: number): Step {
  return {
    ...stepDefaults,
    id: "notify-stakeholders",
    name: "Notify stakeholders",
    description,
    estimateMinutes,
    runbook: "notify-stakeholders",
    actions: ["notify-stakeholders"],
    undo: "A message cannot be taken back: send a correction.",
  };
}
