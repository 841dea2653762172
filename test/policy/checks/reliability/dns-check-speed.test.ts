import { dnsCheckSpeed } from "../../../../policy/checks/reliability/dns-check-speed.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const health = (props: object) => cloud("aws:route53/healthCheck:HealthCheck", "api", { type: "HTTPS", ...props });

describeCheck(dnsCheckSpeed, {
  pass: { "10 s, three times": [health({ requestInterval: 10, failureThreshold: 3 })] },
  violation: {
    "notices after 90 s": [health({})],
    "is disabled": [health({ requestInterval: 10, disabled: true })],
  },
  wrongKind: [deployment(), health({ type: "CALCULATED" })],
  unknown: [health({ requestInterval: UNKNOWN })],
});
