import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { holdsUnknown, at, isUnknown } from "../../model/values.js";
import type { PlatformView } from "../../model/view.js";
import type { Workload } from "../../model/workload.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity high. Some policy of the pods' namespace must select them: a default-deny policy does, by its empty
 * selector. Policies of a network plug-in's own kind are named, not read. Which directions and how wide are other checks' business (network-policy-directions, network-policy-open).
 * Source: R1 (network policy), R3.
 */
export const networkPolicy = defineCheck({
  id: "network-policy",
  title: "Network access of the pods is restricted",
  category: "security",
  severity: "high",
  scope: "stack",
  why: "Without a policy every pod of the cluster can talk to this one, and it to everything.",
  remediation: "Add a NetworkPolicy that selects the pods, with policyTypes Ingress and Egress.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  subjects: workloads,
  judge: (workload, { view }) => {
    if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's template");
    if (at(workload.podSpec, "hostNetwork") === true) {
      return warning("is on the node's network, which no network policy restricts");
    }
    const policies = view.relations.policiesOf(workload);
    if (policies.length === 0) return judgeOthers(workload, view);
    if (policies.some((policy) => holdsUnknown(at(policy.body, "spec", "podSelector")))) {
      return unknownUntilDeployment("a policy's podSelector");
    }
    return pass(`restricted by ${policies.map((policy) => policy.name).join(", ")}`);
  },
});

/** By what network plug-ins restrict pods beside, or instead of, NetworkPolicy: in a namespace, and everywhere. */
const NAMESPACED = [
  "CiliumNetworkPolicy",
  "NetworkPolicy.projectcalico.org",
  "NetworkPolicy.crd.projectcalico.org",
  "NetworkPolicy.crd.antrea.io",
];
const EVERYWHERE = [
  "CiliumClusterwideNetworkPolicy",
  "GlobalNetworkPolicy",
  "ClusterNetworkPolicy",
  "AdminNetworkPolicy",
  "BaselineAdminNetworkPolicy",
];

function judgeOthers({ resource: { cluster, namespace } }: Workload, view: PlatformView): Verdict {
  const others = [
    ...view.ofKind(...NAMESPACED).filter((policy) => policy.namespace === namespace),
    ...view.ofKind(...EVERYWHERE),
  ].filter((policy) => policy.cluster === cluster);
  const none = `no NetworkPolicy of ${namespace} selects its pods`;
  return others.length === 0
    ? fail(none)
    : warning(`${none}; whether ${others.map(({ id }) => id).join(", ")} does is not judged`);
}
