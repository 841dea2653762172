import { networkPolicyOpen } from "../../../../policy/checks/security/network-policy-open.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";

const policy = (spec: object) => object("NetworkPolicy", spec);

describeCheck(networkPolicyOpen, {
  pass: {
    "named peers and ports": [policy({ ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }] })],
    "outside HTTPS": [policy({ egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }] })],
  },
  violation: {
    "allows all ingress": [policy({ ingress: [{}] })],
    "allows all egress": [policy({ egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] })],
    "allows all": [policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] })],
  },
  wrongKind: [deployment()],
  unknown: [policy({ ingress: UNKNOWN })],
});
