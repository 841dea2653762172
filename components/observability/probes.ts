import type { StackConfig } from "../../config/schema/stack.js";
import type { SpecOf } from "../custom-resource-models.js";
import { regionHost } from "../failover/names.js";

export const healthJob = "region-health";
export const dnsJob = "dns-answer";

/** Service of the blackbox exporter, and the modules that its chart is given. */
export const probeModules = { health: "deep_health", dns: "dns_plan" } as const;
/** Resolver that every cluster has; what clients see is its answer, not the zone's. */
const resolver = "kube-dns.kube-system.svc.cluster.local:53";

const escape = (text: string): string => text.replaceAll(".", "\\.");

/** Where the public name may lead: to the primary, or in active-active mode to any region. */
export function plannedAnswer({ failover, regions, traffic }: StackConfig): string {
  const planned = regions.filter(({ role }) => failover.mode === "active-active" || role === "primary");
  const hosts = planned.map(({ key }) => escape(regionHost(traffic.host, key)));
  return `^${escape(traffic.host)}\\.\\s+\\d+\\s+IN\\s+CNAME\\s+(${hosts.join("|")})\\.$`;
}

/** Configuration of the blackbox exporter: what a healthy region is, and what the planned answer is. */
export function probeConfig(config: StackConfig) {
  return {
    modules: {
      [probeModules.health]: {
        prober: "http",
        timeout: "5s",
        http: { method: "GET", fail_if_not_ssl: true, follow_redirects: false, preferred_ip_protocol: "ip4" },
      },
      [probeModules.dns]: {
        prober: "dns",
        timeout: "5s",
        dns: {
          query_name: config.traffic.host,
          query_type: "CNAME",
          preferred_ip_protocol: "ip4",
          validate_answer_rrs: { fail_if_not_matches_regexp: [plannedAnswer(config)] },
        },
      },
    },
  };
}

export interface ProbePlan {
  readonly name: string;
  readonly module: string;
  readonly targets: readonly string[];
  /** Labels of its series; `job` is what alerts select it by. */
  readonly labels: Readonly<Record<string, string>> & { readonly job: string };
}

/** Every cluster asks every region, so that one that is cut off is not the only witness of itself. */
export function planProbes({ regions, traffic, failover }: StackConfig): ProbePlan[] {
  if (!failover.dns.enabled) return [];
  return [
    ...regions.map(({ key }) => ({
      name: `${healthJob}-${key}`,
      module: probeModules.health,
      targets: [`https://${regionHost(traffic.host, key)}${failover.dns.healthPath}`],
      labels: { job: healthJob, target_region: key },
    })),
    { name: dnsJob, module: probeModules.dns, targets: [resolver], labels: { job: dnsJob } },
  ];
}

/** Spec of a Probe; asked as often as Route 53 asks, so that the clusters notice when it does. */
export function probeSpec(plan: ProbePlan, { observability, failover }: StackConfig) {
  const { job, ...labels } = plan.labels;
  return {
    jobName: job,
    interval: `${failover.dns.intervalSeconds}s`,
    scrapeTimeout: "6s",
    module: plan.module,
    prober: { url: `blackbox-exporter.${observability.namespace}.svc:9115` },
    targets: { staticConfig: { static: [...plan.targets], ...(Object.keys(labels).length > 0 ? { labels } : {}) } },
  } satisfies SpecOf<"monitoring.coreos.com/v1/Probe">;
}
