import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, isUnknown, number } from "../../model/values.js";
import { replicated } from "../support/subjects.js";

/**
 * Severity medium. What an autoscaler keeps at two pods or more has a disruption budget, which also lets a pod go when
 * the autoscaler is at its minimum: at night as well as at peak. Source: R4, R11.
 */
export const autoscaledPdb = defineCheck({
  id: "autoscaled-pdb",
  title: "Autoscaled workloads have a budget that fits their minimum",
  category: "reliability",
  severity: "medium",
  scope: "stack",
  why: "A budget equal to the autoscaler's minimum blocks every drain at low load; none lets a drain take all pods.",
  remediation: "Add a PodDisruptionBudget with maxUnavailable: 1, or minAvailable below minReplicas.",
  link: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
  subjects: replicated,
  judge: (workload, { view: { relations } }) => {
    const scaler = relations.autoscalerOf(workload);
    if (!scaler) return notApplicable("has no autoscaler");
    const minimum = relations.minimumReplicas(workload);
    if (isUnknown(minimum)) return unknownUntilDeployment("minReplicas");
    if (minimum < 2) return notApplicable("may run a single pod");
    const [budget] = relations.budgetsOf(workload);
    if (!budget) return fail(`${scaler.id} keeps ${minimum} pods, and no budget selects them`);
    const kept = at(budget.body, "spec", "minAvailable");
    if (isUnknown(kept)) return unknownUntilDeployment("minAvailable");
    return (number(kept) ?? 0) >= minimum
      ? warning(`${budget.id} keeps as many pods as the autoscaler's minimum: no drain at low load`)
      : pass(`protected by ${budget.name}`);
  },
});
