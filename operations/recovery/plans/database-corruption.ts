import { objectives, stepDefaults, type Plan } from "./plan.js";
import { restoreSteps } from "./steps.js";

/** R10: the database holds what it should not. */
export const databaseCorruption: Plan = {
  id: "database-corruption",
  name: "Database corruption",
  purpose: "The database is damaged or was changed wrongly: it goes back to a point before that.",
  ...objectives("database-corruption"),
  rationale: "R10. The archive is continuous (archive time-out 60 s); what counts is how soon damage is noticed.",
  recoveredAfter: "resume-service",
  steps: [
    restoreSteps.stop,
    {
      ...stepDefaults,
      id: "assess-damage",
      name: "Assess damage",
      description: "Checks every table and index for damage; a contact says since when, and whether to go on.",
      estimateMinutes: 10,
      runbook: "assess-corruption",
      mode: "manual",
      timeoutSeconds: 1_800,
      actions: ["assess-database"],
      undo: "Nothing to undo: it only looks. Reject it where nothing is damaged, then resume writes.",
    },
    restoreSteps.select,
    restoreSteps.restore,
    restoreSteps.verify,
    restoreSteps.resume,
  ],
};
