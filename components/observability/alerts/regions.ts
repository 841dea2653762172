import type { Alert, AlertContext, AlertGroup } from "../alert.js";
import { certificateJob, monitoredJobs } from "../monitors.js";
import { dnsJob, healthJob } from "../probes.js";
import { recoveryPlanIds } from "../../../config/recovery-table.js";

const owner = "platform-team";
const day = 24 * 3600;

function regions({ config, regionKey }: AlertContext): Alert[] {
  if (!config.failover.dns.enabled) return [];
  const down = (scope: "own" | "other"): Alert => {
    const selects = `job="${healthJob}",target_region${scope === "own" ? "=" : "!="}"${regionKey}"`;
    return {
      name: scope === "own" ? "RegionDown" : "OtherRegionDown",
      expr: `probe_success{${selects}} == 0`,
      for: `${config.failover.thresholdSeconds}s`,
      severity: "critical",
      summary: "Region {{ $labels.target_region }} does not answer its deep health check",
      meaning: "DNS moves the traffic away, to the standby's reads until it is promoted.",
      action: "follow the region-outage plan: verify, then promote the standby.",
      runbook: "verify-outage",
      owner: "oncall",
      labels: { scope },
    };
  };
  const primary = config.regions.find(({ role }) => role === "primary")?.key ?? "";
  const away = `probe_success{job="${dnsJob}"} == 0`;
  return [
    down("own"),
    ...(config.regions.length > 1 ? [down("other")] : []),
    {
      name: "DnsAnswerUnplanned",
      expr: away,
      for: "2m",
      severity: "warning",
      summary: `${config.traffic.host} does not lead where it is planned to`,
      meaning: "Traffic is away from the planned region, or the zone was changed by hand.",
      action: "compare the answer with the health checks and the switch.",
      runbook: "dns-answer-unplanned",
      owner,
    },
    {
      name: "FailoverSwitchThrown",
      expr: `${away} and on () min(probe_success{job="${healthJob}",target_region="${primary}"}) == 1`,
      for: "2m",
      severity: "warning",
      summary: `Traffic is sent away from ${primary} though it is healthy`,
      meaning: "Somebody threw the switch, or Route 53 sees the region otherwise than the clusters do.",
      action: "ask who is failing over; take the object away when the region is to serve again.",
      runbook: "dns-failover",
      owner,
    },
  ];
}

function drills({ config }: AlertContext): Alert {
  const configMap = (plan: string) => `{namespace="${config.agent.namespace}",configmap="drill-${plan}"}`;
  const overdue = recoveryPlanIds.map(
    (plan) =>
      `label_replace(time() - kube_configmap_created${configMap(plan)} > ${config.recovery.drillMaxAgeDays * day} or absent(kube_configmap_created${configMap(plan)}), "plan", "${plan}", "", "")`,
  );
  return {
    name: "DrillOverdue",
    expr: overdue.join(" or "),
    for: "1h",
    severity: "warning",
    summary: "Recovery plan {{ $labels.plan }} was not practised for {{ $value | humanizeDuration }}, or never",
    meaning: `A plan that is not practised every ${config.recovery.drillMaxAgeDays} days is a hope.`,
    action: "plan a drill and let the recovery command record it.",
    runbook: "drill-overdue",
    owner,
  };
}

function certificates({ config }: AlertContext): Alert[] {
  const left = `certmanager_certificate_expiration_timestamp_seconds{job="${certificateJob}",namespace="${config.agent.namespace}"} - time()`;
  const expiring = (name: string, days: number, severity: "warning" | "critical"): Alert => ({
    name,
    expr: `${left} < ${days * day}`,
    for: "10m",
    severity,
    summary: "Certificate {{ $labels.name }} expires in {{ $value | humanizeDuration }}",
    meaning: "It should have been renewed by now; when it expires, clients and health checks refuse the service.",
    action: "read the events of its CertificateRequest and Challenge.",
    runbook: "certificate-expiring",
    owner,
  });
  return [expiring("CertificateExpiring", 14, "warning"), expiring("CertificateExpiresSoon", 3, "critical")];
}

/** Absence is an alert: one for every job that must be scraped, since a missing series fires nothing else. */
function scrapes(context: AlertContext): Alert[] {
  return monitoredJobs(context.config).map((job) => ({
    name: "ScrapeTargetMissing",
    expr: `absent(up{job="${job}"} == 1)`,
    for: "5m",
    severity: "warning",
    summary: `Nothing of job ${job} is scraped`,
    meaning: "Every alert that reads its metrics is silent, whatever happens.",
    action: "see whether the target runs, and whether the network lets Prometheus in.",
    runbook: "scrape-target-missing",
    owner,
    labels: { missing_job: job },
    child: true,
  }));
}

/** Alerts on regions, recovery, certificates, and on the watching itself. */
export function platformAlerts(context: AlertContext): AlertGroup[] {
  return [
    { name: "agent-regions", alerts: regions(context) },
    { name: "agent-recovery", alerts: [drills(context)] },
    { name: "agent-certificates", alerts: certificates(context) },
    { name: "agent-scrapes", alerts: scrapes(context) },
  ].filter(({ alerts }) => alerts.length > 0);
}
