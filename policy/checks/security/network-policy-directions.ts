import { defineCheck } from "../../engine/check.js";
import { notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { restricts } from "../../model/relations.js";
import { at, holdsUnknown } from "../../model/values.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity medium. A policy for ingress alone leaves a taken-over pod free to call out; one for egress alone leaves it
 * open to everybody in the cluster. Kubernetes' defaults for a missing `policyTypes` count. Source: R3 (ingress and
 * egress).
 */
export const networkPolicyDirections = defineCheck({
  id: "network-policy-directions",
  title: "Network policies restrict both directions",
  category: "security",
  severity: "medium",
  scope: "stack",
  why: "The direction without a policy is open to everything.",
  remediation: "List Ingress and Egress in policyTypes, with rules for what is needed.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
  subjects: workloads,
  judge: (workload, { view }) => {
    const policies = view.relations.policiesOf(workload);
    if (policies.length === 0) return notApplicable("no policy selects it: see network-policy");
    if (policies.some((policy) => holdsUnknown(at(policy.body, "spec", "policyTypes")))) {
      return unknownUntilDeployment("policyTypes");
    }
    const open = (["Ingress", "Egress"] as const).filter((way) => !policies.some((policy) => restricts(policy, way)));
    return open.length > 0 ? warning(`${open.join(" and ")} is open`) : pass("both directions are restricted");
  },
});
