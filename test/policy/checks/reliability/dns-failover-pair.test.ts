import { dnsFailoverPair } from "../../../../policy/checks/reliability/dns-failover-pair.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { cloud, describeCheck } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const record = (name: string, type: unknown) =>
  cloud("aws:route53/record:Record", name, {
    name: "api.example.com",
    type: "CNAME",
    failoverRoutingPolicies: type === UNKNOWN ? UNKNOWN : [{ type }],
  });
const plain = cloud("aws:route53/record:Record", "plain", { name: "api.example.com", type: "A", ttl: 60 });

describeCheck(dnsFailoverPair, {
  pass: { "a primary and its secondary": [record("one", "PRIMARY"), record("two", "SECONDARY")] },
  violation: {
    "has no secondary record": [record("one", "PRIMARY")],
    "has no primary record": [record("two", "SECONDARY"), plain],
  },
  wrongKind: [deployment(), plain],
  unknown: [record("one", UNKNOWN)],
});
