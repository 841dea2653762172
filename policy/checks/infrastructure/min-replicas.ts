import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isUnknown } from "../../model/values.js";
import { replicated } from "../support/subjects.js";

/**
 * Severity high. With one replica every node drain, crash and rollout is an outage. An autoscaler's minimum counts as
 * the number of replicas. Outside production one replica is enough. Source: R1 (replica count).
 */
export const minReplicas = defineCheck({
  id: "min-replicas",
  title: "At least two replicas in production",
  category: "infrastructure",
  severity: "high",
  scope: "stack",
  why: "With one replica, every drain, crash or rollout is down time.",
  remediation: "Set spec.replicas, or the autoscaler's minReplicas, to at least 2.",
  link: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas",
  parameters: {
    minimum: { type: "integer", default: 2, description: "Fewest replicas in production." },
  },
  subjects: replicated,
  judge: (workload, { view, number }) => {
    const replicas = view.relations.minimumReplicas(workload);
    if (isUnknown(replicas)) return unknownUntilDeployment("the number of replicas");
    const owner = view.relations.autoscalerOf(workload)?.id;
    const counted = owner === undefined ? `${replicas} replicas` : `${replicas} replicas at least, by ${owner}`;
    if (replicas >= number("minimum")) return pass(counted);
    if (view.environment !== "production") return notApplicable(`${counted}; not asked of ${view.environment}`);
    return fail(`${counted}, fewer than ${number("minimum")}`);
  },
});
