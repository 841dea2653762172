import type { RuleCase } from "../../../support/promtool.js";
import { health, dns, drill, certificate, hour, day, plans } from "./series.js";

/** Regions, recovery and certificates. */
export const platformCases: readonly RuleCase[] = [
  {
    name: "the own region is down, for the threshold",
    interval: "10s",
    series: [health("us-east-1", 0), health("us-west1", 1)],
    firing: [
      ["RegionDown", "20s", 0],
      ["RegionDown", "1m", 1],
      ["OtherRegionDown", "1m", 0],
    ],
  },
  {
    name: "another region is down",
    interval: "10s",
    series: [health("us-east-1", 1), health("us-west1", 0)],
    firing: [
      ["RegionDown", "1m", 0],
      ["OtherRegionDown", "1m", 1],
    ],
  },
  {
    name: "DNS leads elsewhere though the primary is healthy: the switch",
    series: [dns(0), health("us-east-1", 1)],
    firing: [
      ["DnsAnswerUnplanned|FailoverSwitchThrown", "1m", 0],
      ["DnsAnswerUnplanned", "2m", 1],
      ["FailoverSwitchThrown", "2m", 1],
    ],
  },
  {
    name: "DNS leads elsewhere because the primary is down",
    series: [dns(0), health("us-east-1", 0)],
    firing: [
      ["DnsAnswerUnplanned", "5m", 1],
      ["FailoverSwitchThrown", "5m", 0],
    ],
  },
  {
    name: "DNS leads where it is planned to",
    series: [dns(1), health("us-east-1", 1)],
    firing: [["DnsAnswerUnplanned|FailoverSwitchThrown", "5m", 0]],
  },
  {
    name: "a drill of 90 days ago, and three of today",
    interval: "5m",
    series: plans.map((plan, index) => drill(plan, index === 0 ? -90 * day + hour : 0)),
    firing: [
      ["DrillOverdue", "1h", 0],
      ["DrillOverdue", "3h", 1],
    ],
  },
  { name: "no drill ever", interval: "5m", series: [], firing: [["DrillOverdue", "3h", 4]] },
  {
    name: "a certificate with 14 days left",
    series: [certificate(14 * day)],
    firing: [
      ["CertificateExpiring", "10m", 0],
      ["CertificateExpiring", "11m", 1],
      ["CertificateExpiresSoon", "15m", 0],
    ],
  },
  {
    name: "a certificate with 3 days left",
    series: [certificate(3 * day)],
    firing: [
      ["CertificateExpiresSoon", "10m", 0],
      ["CertificateExpiresSoon", "11m", 1],
    ],
  },
  {
    name: "a certificate with months left",
    series: [certificate(80 * day)],
    firing: [["CertificateExpir.*", "1h", 0]],
  },
];
