import { objectives, stepDefaults, type Plan } from "./plan.js";
import { notifyStakeholders, restoreSteps } from "./steps.js";

/** Something was deleted: a table, a tenant, a volume. */
export const dataLoss: Plan = {
  id: "data-loss",
  name: "Data loss",
  purpose: "Data was deleted: it is restored from before the deletion, and the rest goes on.",
  ...objectives("data-loss"),
  rationale:
    "Two hours: twice a corruption's, because what was lost has to be found out first. RPO as there: the archive is the same. Redis is rebuilt and the vector index re-built from PostgreSQL, so their own points count less.",
  recoveredAfter: "resume-service",
  steps: [
    { ...restoreSteps.stop, description: "The database refuses writes, so that nothing covers what was lost." },
    {
      ...stepDefaults,
      id: "assess-loss",
      name: "Assess loss",
      description:
        "Counts what is there; a contact says what is missing, since when, and whether all of it has to go back.",
      estimateMinutes: 20,
      runbook: "assess-loss",
      mode: "manual",
      timeoutSeconds: 1_800,
      actions: ["assess-database"],
      undo: "Nothing to undo: it only looks.",
    },
    restoreSteps.select,
    restoreSteps.restore,
    restoreSteps.verify,
    restoreSteps.resume,
    notifyStakeholders("Tells every contact what was lost, what is back, and from when.", 5),
  ],
};
