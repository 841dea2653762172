import { prometheusMetrics } from "../../../../policy/checks/observability/prometheus-metrics.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { cloud, describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

const annotated = (port: string) =>
  having(deployment(), "spec.template.metadata.annotations", {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": port,
  });
const monitor = object("ServiceMonitor", { selector: { matchLabels: { app: "web" } } });
const monitored = [deployment(), having(service(), "metadata.labels", { app: "web" }), monitor];
const release = (chart: string) => cloud("kubernetes:helm.sh/v3:Release", chart, { chart, namespace: "watch" });
const google = (enabled: boolean) =>
  cloud("gcp:container/cluster:Cluster", "west", { monitoringConfig: { managedPrometheus: { enabled } } });

describeCheck(prometheusMetrics, {
  pass: {
    "annotations that name a port of the pod": [annotated("8080"), service()],
    "annotations of its Service": [
      deployment(),
      having(service(), "metadata.annotations", { "prometheus.io/scrape": "true" }),
    ],
    "a ServiceMonitor": monitored,
    "a ServiceMonitor, and the release of a Prometheus": [
      ...monitored,
      release("argo-cd"),
      release("kube-prometheus-stack"),
    ],
    "a ServiceMonitor, and a Prometheus of the operator's": [
      ...monitored,
      release("argo-cd"),
      object("Prometheus", {}),
    ],
    "a monitor, and the cloud's Prometheus": [...monitored, release("argo-cd"), google(true)],
  },
  violation: {
    "none of the cluster's releases is a Prometheus": [
      ...monitored,
      release("prometheus-adapter"),
      release("prometheus-blackbox-exporter"),
      google(false),
    ],
    "nothing scrapes its metrics": [deployment(), service()],
    "which no container declares": [annotated("9999"), service()],
    "no evidence that its metrics are scraped": [deployment()],
  },
  wrongKind: [job(), service()],
  unknown: [having(annotated("8080"), "spec.template.spec.containers.0.ports.0.containerPort", UNKNOWN), service()],
});
