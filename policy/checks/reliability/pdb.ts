import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import type { Resource, Subject } from "../../model/resource.js";
import { at, holdsUnknown, isUnknown, text, shown } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { replicated } from "../support/subjects.js";

interface Protected extends Subject {
  readonly budget?: Resource;
  readonly workload?: Workload;
}

/**
 * Severity medium. What has more than one replica has a disruption budget, and no budget blocks: at the workload's
 * fewest replicas at least one pod may be taken. A share is computed as Kubernetes rounds it, up; where the replicas
 * are not known, two are assumed. One replica needs no budget; what is autoscaled is autoscaled-pdb's business. Source: R2, R11; Kubernetes documentation, Disruptions.
 */
export const pdb = defineCheck<Protected>({
  id: "pdb",
  title: "Disruption budgets are there and let nodes drain",
  category: "reliability",
  severity: "medium",
  scope: "stack",
  why: "Without a budget a drain may take every replica at once; with a blocking one no node can be maintained.",
  remediation: "Add a PodDisruptionBudget with maxUnavailable: 1, or minAvailable below the fewest replicas.",
  link: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  subjects: (view) => [
    ...replicated(view).map((workload) => ({ ...workload, workload })),
    ...view.ofKind("PodDisruptionBudget").map((budget) => ({ ...budget, budget })),
  ],
  judge: ({ budget, workload }, context) => {
    if (workload) return judgeWorkload(workload, context);
    return budget ? judgeBudget(budget, context) : notApplicable("no budget");
  },
});

function judgeWorkload(workload: Workload, { view }: Context): Verdict {
  const { relations } = view;
  const replicas = relations.minimumReplicas(workload);
  if (isUnknown(replicas)) return unknownUntilDeployment("the number of replicas");
  const budgets = relations.budgetsOf(workload);
  if (budgets.length > 1) return fail(`${budgets.length} budgets select its pods: no pod can be evicted`);
  if (budgets.length === 1) return pass(`protected by ${budgets[0]?.name ?? ""}`);
  const single = replicas < 2 && !relations.leavesReplicasOpen(workload);
  if (single) return notApplicable("one replica: a budget would only block drains");
  if (relations.autoscalerOf(workload)) return notApplicable("autoscaled: judged by autoscaled-pdb");
  return fail("no budget selects its pods");
}

function judgeBudget(budget: Resource, { view }: Context): Verdict {
  const spec = at(budget.body, "spec");
  if (holdsUnknown(spec)) return unknownUntilDeployment("spec");
  const [min, max] = [at(spec, "minAvailable"), at(spec, "maxUnavailable")];
  if (min === undefined && max === undefined)
    return fail("has neither minAvailable nor maxUnavailable: it protects nothing");
  if (max !== undefined && amount(max, 100) === 0)
    return fail(`maxUnavailable ${shown(max)} allows no eviction at all`);
  if (min !== undefined && amount(min, 100) >= 100 && isShare(min))
    return fail(`minAvailable ${shown(min)} allows no eviction at all`);
  const workloads = view.relations.selectedByBudget(budget);
  if (workloads.length > 1) return warning(`spans ${workloads.length} workloads: one of them can be taken down whole`);
  if (min === undefined) return pass(`lets ${shown(max)} go at a time`);
  return judgeMinimum(min, workloads[0], view);
}

function judgeMinimum(min: unknown, workload: Workload | undefined, view: Context["view"]): Verdict {
  if (!workload || view.relations.leavesReplicasOpen(workload)) {
    return isShare(min) && amount(min, 2) >= 2
      ? warning(`minAvailable ${shown(min)} blocks every eviction at two replicas, since it is rounded up`)
      : pass(`keeps ${shown(min)} available`);
  }
  const replicas = view.relations.minimumReplicas(workload);
  if (isUnknown(replicas)) return unknownUntilDeployment("the number of replicas");
  const needed = amount(min, replicas);
  const blocks = view.relations.autoscalerOf(workload) ? needed > replicas : needed >= replicas;
  return blocks
    ? fail(`minAvailable ${shown(min)} of ${replicas} replicas allows no eviction`)
    : pass(`keeps ${needed} of ${replicas} available`);
}

function isShare(value: unknown): boolean {
  return (text(value) ?? "").endsWith("%");
}

/** The number of pods that a value means: a share is rounded up, as the disruption controller does. */
function amount(value: unknown, replicas: number): number {
  const spelled = text(value);
  if (spelled === undefined) return typeof value === "number" ? value : Number.NaN;
  return isShare(spelled) ? Math.ceil((Number.parseFloat(spelled) / 100) * replicas) : Number(spelled);
}
