import { dnsHealthCheck } from "../../../../policy/checks/reliability/dns-health-check.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const record = (props: object) => cloud("aws:route53/record:Record", "api", { type: "CNAME", ttl: 60, ...props });
const primary = { failoverRoutingPolicies: [{ type: "PRIMARY" }] };

describeCheck(dnsHealthCheck, {
  pass: {
    "a health check, known only later": [record({ ...primary, healthCheckId: UNKNOWN })],
    "an alias whose health is evaluated": [record({ ...primary, aliases: [{ evaluateTargetHealth: true }] })],
  },
  violation: {
    "has no health check": [record(primary)],
    "the secondary record": [record({ failoverRoutingPolicies: [{ type: "SECONDARY" }] })],
    "no health check": [record({ weightedRoutingPolicies: [{ weight: 70 }] })],
  },
  wrongKind: [deployment(), record({})],
  unknown: [record({ failoverRoutingPolicies: UNKNOWN })],
});
