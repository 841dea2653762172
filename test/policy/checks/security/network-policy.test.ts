import { networkPolicy } from "../../../../policy/checks/security/network-policy.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

const policy = (spec: object) => object("NetworkPolicy", spec);

describeCheck(networkPolicy, {
  pass: {
    "a default-deny policy": [deployment(), policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
    "a policy that selects the pods": [
      deployment(),
      policy({ podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] } }),
    ],
    "a Job's pods": [job(), policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
  },
  violation: {
    "no NetworkPolicy of agents selects": [deployment()],
    "no NetworkPolicy": [
      deployment(),
      having(policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }), "metadata.namespace", "elsewhere"),
    ],
    "whether CiliumNetworkPolicy/agents/web does is not judged": [
      deployment(),
      object("CiliumNetworkPolicy", { endpointSelector: {} }, { apiVersion: "cilium.io/v2" }),
    ],
    "whether NetworkPolicy/agents/web does": [
      deployment(),
      object("NetworkPolicy", { selector: "all()" }, { apiVersion: "projectcalico.org/v3" }),
    ],
    "on the node's network": [
      having(deployment(), "spec.template.spec.hostNetwork", true),
      policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
    ],
  },
  wrongKind: [service(), policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
  unknown: [deployment(), policy({ podSelector: { matchLabels: { app: UNKNOWN } } })],
});
