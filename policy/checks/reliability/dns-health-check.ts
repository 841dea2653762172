import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { isUnknown, records } from "../../model/values.js";
import { ofType } from "../support/subjects.js";

export const ROUTE53_RECORD = "aws:route53/record:Record";

/**
 * Severity high. A record that takes part in failover or weighted routing has a health check, or targets an alias whose
 * health is evaluated: without one a dead region keeps its traffic. Source: R9 (DNS failover with health checks).
 */
export const dnsHealthCheck = defineCheck({
  id: "dns-health-check",
  title: "Failover records have health checks",
  category: "reliability",
  severity: "high",
  scope: "resource",
  why: "DNS keeps on answering with a region that is down.",
  remediation: "Give the primary record a healthCheckId, or the alias evaluateTargetHealth.",
  link: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-configuring.html",
  subjects: ofType(ROUTE53_RECORD),
  judge: ({ props }) => {
    const failover = records(props.failoverRoutingPolicies)[0];
    const weighted = records(props.weightedRoutingPolicies).length > 0;
    if (isUnknown(props.failoverRoutingPolicies)) return unknownUntilDeployment("failoverRoutingPolicies");
    if (!failover && !weighted) return notApplicable("a plain record");
    const evaluated = records(props.aliases).some((alias) => alias.evaluateTargetHealth === true);
    // Its id is known only at deployment; that there is one is the rule.
    if ((props.healthCheckId !== undefined && props.healthCheckId !== "") || evaluated)
      return pass("its health is checked");
    return failover?.type === "SECONDARY"
      ? warning("the secondary record has no health check")
      : fail("has no health check");
  },
});
