import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import type { Resource } from "../../model/resource.js";
import { selects } from "../../model/selectors.js";
import { at, isUnknown, records, texts } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { hasMetricsReader } from "../support/collectors.js";
import { longRunning } from "../support/subjects.js";

const MESH_METRICS_PORT = "15020";

/**
 * Severity high. Metrics count where something scrapes them: `prometheus.io/*` annotations on the pods that name a port
 * the pods have, or a ServiceMonitor, PodMonitor or PodMonitoring that selects them, where the cluster's add-ons are in
 * the input also a Prometheus that reads those. A workload that nothing sends requests to is warned, not failed. Source:
 * R1 (metrics), R2 (annotations).
 */
export const prometheusMetrics = defineCheck({
  id: "prometheus-metrics",
  title: "Prometheus metrics are exported and scraped",
  category: "observability",
  severity: "high",
  scope: "stack",
  why: "Without metrics neither an alert, an autoscaler nor a canary analysis has anything to go by.",
  remediation:
    'Annotate the pods with prometheus.io/scrape: "true", port and path, or select them with a ServiceMonitor.',
  link: "https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config",
  subjects: longRunning,
  judge: (workload, context) => {
    if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's spec");
    const monitor = monitorOf(workload, context);
    if (monitor) return judgeMonitor(monitor, context);
    const services = context.view.relations.servicesOf(workload);
    const annotated = services.find(({ annotations }) => annotations["prometheus.io/scrape"] === "true");
    const scrape = workload.podAnnotations["prometheus.io/scrape"];
    if (scrape === "true") return judgeAnnotations(workload);
    if (annotated) return pass(`scraped through ${annotated.id}`);
    if (scrape !== undefined) return notApplicable(`prometheus.io/scrape is ${scrape}`);
    if (workload.kind === "Pod") return warning("no evidence that its metrics are scraped");
    return services.length > 0
      ? fail("serves requests, and nothing scrapes its metrics")
      : warning("no evidence that its metrics are scraped");
  },
});

function judgeMonitor(monitor: Resource, { view }: Context): Verdict {
  return hasMetricsReader(monitor.cluster, view) === false
    ? fail(`${monitor.id} selects it, and none of the cluster's releases is a Prometheus that reads it`)
    : pass(`scraped through ${monitor.id}`);
}

function judgeAnnotations(workload: Workload): Verdict {
  const port = workload.podAnnotations["prometheus.io/port"];
  if (port === undefined) return warning("prometheus.io/port is missing: every declared port is scraped");
  const path = workload.podAnnotations["prometheus.io/path"];
  const ports = workload.containers.flatMap(({ spec }) => records(spec.ports));
  if (ports.some((entry) => isUnknown(entry.containerPort))) return unknownUntilDeployment("containerPort");
  const declared = port === MESH_METRICS_PORT || ports.some((entry) => String(entry.containerPort) === port);
  if (!declared) return fail(`prometheus.io/port is ${port}, which no container declares`);
  if (path !== undefined && !path.startsWith("/")) return fail(`prometheus.io/path "${path}" is no path`);
  return pass(`scraped on port ${port} at ${path ?? "/metrics"}`);
}

function monitorOf(workload: Workload, { view }: Context): Resource | undefined {
  const { cluster, namespace } = workload.resource;
  const here = (monitor: Resource): boolean => {
    if (monitor.cluster !== cluster) return false;
    const selector = at(monitor.body, "spec", "namespaceSelector");
    return (
      monitor.namespace === namespace ||
      at(selector, "any") === true ||
      texts(at(selector, "matchNames")).includes(namespace)
    );
  };
  const pods = view
    .ofKind("PodMonitor", "PodMonitoring")
    .find((entry) => here(entry) && selects(at(entry.body, "spec", "selector"), workload.podLabels) !== false);
  if (pods) return pods;
  const services = view.relations.servicesOf(workload);
  return view
    .ofKind("ServiceMonitor")
    .find(
      (entry) => here(entry) && services.some((s) => selects(at(entry.body, "spec", "selector"), s.labels) !== false),
    );
}
