import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isUnknown, number, records } from "../../model/values.js";
import { ofType } from "../support/subjects.js";
import { ROUTE53_RECORD } from "./dns-health-check.js";

const ADDRESSES = new Set(["A", "AAAA", "CNAME"]);

/** Severity medium. Clients see detection plus the TTL. Source: design of DNS (TTL ≤ 60 s). */
export const dnsTtl = defineCheck({
  id: "dns-ttl",
  title: "Failover records live for a minute at most",
  category: "reliability",
  severity: "medium",
  scope: "resource",
  why: "Clients keep the address of the dead region for as long as the record lives.",
  remediation: "Set a ttl of at most 60 seconds on records that fail over.",
  link: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/best-practices-dns.html",
  parameters: {
    seconds: { type: "integer", default: 60, description: "Longest TTL, in seconds." },
  },
  subjects: ofType(ROUTE53_RECORD, "gcp:dns/recordSet:RecordSet"),
  judge: ({ props }, context) => {
    if (!ADDRESSES.has(String(props.type))) return notApplicable("not an address");
    const routed = ["failoverRoutingPolicies", "weightedRoutingPolicies", "routingPolicy"].some(
      (f) => props[f] !== undefined,
    );
    if (!routed) return notApplicable("does not fail over");
    if (records(props.aliases).length > 0) return notApplicable("an alias has its target's TTL");
    if (isUnknown(props.ttl)) return unknownUntilDeployment("ttl");
    const ttl = number(props.ttl) ?? 300;
    return ttl <= context.number("seconds") ? pass(`lives for ${ttl} s`) : fail(`lives for ${ttl} s`);
  },
});
