import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isUnknown, records, text } from "../../model/values.js";
import { ofType } from "../support/subjects.js";
import { ROUTE53_RECORD } from "./dns-health-check.js";

/**
 * Severity high. Failover routing answers with the other record: a primary without a secondary of the same name and type
 * fails over to nothing. Source: R9 (DNS failover records).
 */
export const dnsFailoverPair = defineCheck({
  id: "dns-failover-pair",
  title: "Failover records come in pairs",
  category: "reliability",
  severity: "high",
  scope: "stack",
  why: "DNS answers nothing, or still the dead region, because there is nowhere to fail over to.",
  remediation: "Add the record with the other failover type, for the same name and type.",
  link: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-types.html",
  subjects: ofType(ROUTE53_RECORD),
  judge: ({ props }, { view }) => {
    if (isUnknown(props.failoverRoutingPolicies)) return unknownUntilDeployment("failoverRoutingPolicies");
    const own = roleOf(props);
    if (own === undefined) return notApplicable("takes no part in failover");
    const other = own === "PRIMARY" ? "SECONDARY" : "PRIMARY";
    const paired = view
      .ofType(ROUTE53_RECORD)
      .some(
        (entry) => entry.props.name === props.name && entry.props.type === props.type && roleOf(entry.props) === other,
      );
    return paired ? pass(`fails over to its ${other.toLowerCase()}`) : fail(`has no ${other.toLowerCase()} record`);
  },
});

function roleOf(props: Readonly<Record<string, unknown>>): string | undefined {
  return text(records(props.failoverRoutingPolicies)[0]?.type);
}
