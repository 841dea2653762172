import { prometheusMetrics } from "../../../../policy/checks/observability/prometheus-metrics.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

const annotated = (port: string) =>
  having(deployment(), "spec.template.metadata.annotations", {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": port,
  });
const monitor = object("ServiceMonitor", { selector: { matchLabels: { app: "web" } } });

describeCheck(prometheusMetrics, {
  pass: {
    "annotations that name a port of the pod": [annotated("8080"), service()],
    "a ServiceMonitor": [deployment(), having(service(), "metadata.labels", { app: "web" }), monitor],
  },
  violation: {
    "nothing scrapes its metrics": [deployment(), service()],
    "which no container declares": [annotated("9999"), service()],
    "no evidence that its metrics are scraped": [deployment()],
  },
  wrongKind: [job(), service()],
  unknown: [having(annotated("8080"), "spec.template.spec.containers.0.ports.0.containerPort", UNKNOWN), service()],
});
