import { networkPolicyDirections } from "../../../../policy/checks/security/network-policy-directions.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object, service } from "../../support/objects.js";

const policy = (spec: object) => object("NetworkPolicy", spec);

describeCheck(networkPolicyDirections, {
  pass: {
    both: [deployment(), policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
    "by the defaults": [deployment(), policy({ podSelector: {}, egress: [{}] })],
  },
  violation: {
    "Egress is open": [deployment(), policy({ podSelector: {}, ingress: [] })],
    "Ingress is open": [deployment(), policy({ podSelector: {}, policyTypes: ["Egress"] })],
  },
  wrongKind: [deployment(), service()],
  unknown: [deployment(), policy({ podSelector: {}, policyTypes: UNKNOWN })],
});
