import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isUnknown, number } from "../../model/values.js";
import { ofType } from "../support/subjects.js";

const ASKING = new Set(["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"]);

/** Severity medium. Interval × failures stays within the fail-over threshold, 30 s. Source: R9 (threshold 30 s). */
export const dnsCheckSpeed = defineCheck({
  id: "dns-check-speed",
  title: "Health checks notice within the fail-over threshold",
  category: "reliability",
  severity: "medium",
  scope: "resource",
  why: "Every second before detection is added to the outage.",
  remediation: "Set requestInterval 10 and failureThreshold 3.",
  link: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html",
  parameters: {
    seconds: { type: "integer", default: 30, description: "Longest time to detection, in seconds." },
  },
  subjects: ofType("aws:route53/healthCheck:HealthCheck"),
  judge: ({ props }, context) => {
    if (isUnknown(props.type)) return unknownUntilDeployment("type");
    if (!ASKING.has(String(props.type))) return notApplicable("computed from other checks");
    if (isUnknown(props.requestInterval) || isUnknown(props.failureThreshold))
      return unknownUntilDeployment("requestInterval");
    if (props.disabled === true) return fail("is disabled: it always says healthy");
    const seconds = (number(props.requestInterval) ?? 30) * (number(props.failureThreshold) ?? 3);
    const limit = context.number("seconds");
    return seconds <= limit ? pass(`notices within ${seconds} s`) : fail(`notices after ${seconds} s, not ${limit}`);
  },
});
