import { dnsTtl } from "../../../../policy/checks/reliability/dns-ttl.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const record = (props: object) => cloud("aws:route53/record:Record", "api", { type: "CNAME", ttl: 60, ...props });
const primary = { failoverRoutingPolicies: [{ type: "PRIMARY" }] };

describeCheck(dnsTtl, {
  pass: { "a minute": [record(primary)] },
  violation: {
    "lives for 300 s": [record({ ...primary, ttl: undefined })],
    "lives for 60 s": { inputs: [record(primary)], settings: { parameters: { seconds: 30 } } },
  },
  wrongKind: [deployment(), record({}), record({ ...primary, type: "TXT" })],
  unknown: [record({ ...primary, ttl: UNKNOWN })],
});
