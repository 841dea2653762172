import { tracing } from "../../../../policy/checks/observability/tracing.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { cloud, describeCheck } from "../../support/check.js";
import { container, deployment, having, job, object, service } from "../../support/objects.js";

const ENV = "spec.template.spec.containers.0.env";
const traced = (value: unknown) => having(deployment(), ENV, [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value }]);
const there = traced("http://collector.watch:4317");
const collector = (port: number) =>
  having(object("Service", { ports: [{ port }] }), "metadata", { name: "collector", namespace: "watch" });
const operated = having(object("OpenTelemetryCollector", {}), "metadata.name", "otel");
/** The collector's chart with a Service of that name; values as the platform gives them. */
const chart = (values: object = {}) =>
  cloud("kubernetes:helm.sh/v3:Release", "collector", {
    name: "otel",
    chart: "opentelemetry-collector",
    namespace: "watch",
    values: { fullnameOverride: "collector", ...values },
  });
const exporters = (names: readonly string[]) => ({
  config: { service: { pipelines: { traces: { exporters: names } } } },
});

describeCheck(tracing, {
  pass: {
    "an exporter with a collector's Service behind it": [there, collector(4317), service()],
    "the collector's release": [there, chart(exporters(["otlp"])), service()],
    "the release's Service by the convention of charts": [
      traced("http://otel-opentelemetry-collector.watch.svc.cluster.local:4317"),
      chart({ fullnameOverride: "" }),
      service(),
    ],
    "a port that the release opens": [
      there,
      chart({ ports: { otlp: { enabled: true, servicePort: 4317 } } }),
      service(),
    ],
    "a collector of the operator's": [traced("otel-collector:4317"), operated, service()],
    "a back end outside": [traced("https://otlp.example.com"), service()],
    "an address": [traced("http://10.1.2.3:4317"), service()],
    "an address of IPv6": [traced("http://[2001:db8::1]:4317"), service()],
    "the node's agent": [traced("http://$(HOST_IP):4317"), service()],
    "a sidecar": [
      having(traced("http://localhost:4317"), "spec.template.spec.containers.1", { ...container(), name: "agent" }),
      service(),
    ],
    "instrumentation by annotation": [
      having(deployment(), "spec.template.metadata.annotations", {
        "instrumentation.opentelemetry.io/inject-nodejs": "true",
      }),
      service(),
    ],
  },
  violation: {
    "no evidence of a trace exporter": [deployment(), service()],
    "is empty": [traced(""), service()],
    "which is no endpoint": [traced("http://:::/"), service()],
    "no evidence that anything is there": [there, service()],
    "no Service and no release of that name": [traced("http://colector:4317"), service()],
    "no release of that name": [traced("http://colector.watch:4317"), chart(), service()],
    "which does not have it": [there, collector(4318), service()],
    "which does not open it": [there, chart({ ports: { otlp: { enabled: false, servicePort: 4317 } } }), service()],
    "which makes no Service": [there, chart({ service: { enabled: false } }), service()],
    "which sends traces nowhere": [there, chart(exporters([])), service()],
    "in which nothing else runs": [traced("http://127.0.0.1:4317"), service()],
    "tracing is switched off": [having(deployment(), ENV, [{ name: "OTEL_SDK_DISABLED", value: "true" }]), service()],
  },
  wrongKind: [deployment(), job()],
  unknown: [traced(UNKNOWN), service()],
});
