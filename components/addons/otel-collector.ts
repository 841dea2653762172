import type { StackConfig } from "../../config/schema/stack.js";
import { type AddonContext, installChart, type Installed } from "./chart.js";

/** Address that a receiver listens on: the pod's own, set by the chart. */
const podIp = "${env:MY_POD_IP}";

/**
 * Exporters by configuration: OTLP where a back end is given, else the collector's own log, so that a stack without one
 * still shows that telemetry arrives.
 */
export function exporters(config: StackConfig["observability"]): {
  readonly names: readonly string[];
  readonly exporters: Readonly<Record<string, unknown>>;
} {
  const { endpoint, insecure } = config.export;
  if (endpoint === undefined) return { names: ["debug"], exporters: { debug: { verbosity: "basic" } } };
  return {
    names: ["otlp"],
    exporters: {
      otlp: {
        endpoint,
        tls: { insecure },
        retry_on_failure: { enabled: true, max_elapsed_time: "300s" },
        sending_queue: { enabled: true, queue_size: 5000 },
      },
    },
  };
}

/**
 * How the lines of the containers' files are read: the runtime's frame first, which says which pod it is. A line of JSON
 * becomes a structured record: its fields are attributes, its level the severity, its trace_id the link to the trace,
 * its message the body. Any other line stays as it is.
 */
const logOperators = [
  { type: "container", id: "container-parser", max_log_size: 102_400 },
  {
    type: "json_parser",
    if: 'body matches "^[{].*[}]$"',
    parse_to: "attributes",
    on_error: "send_quiet",
    severity: { parse_from: "attributes.level" },
    trace: { trace_id: { parse_from: "attributes.trace_id" }, span_id: { parse_from: "attributes.span_id" } },
  },
  { type: "move", if: 'attributes.msg matches "."', from: "attributes.msg", to: "body", on_error: "send_quiet" },
];

/** The collector's own configuration: traces by OTLP, logs by OTLP and from the nodes' files, limits before all else. */
export function collectorConfig(config: StackConfig): Readonly<Record<string, unknown>> {
  const { names, exporters: to } = exporters(config.observability);
  const pipeline = (...receivers: string[]) => ({
    receivers,
    processors: ["memory_limiter", "batch"],
    exporters: [...names],
  });
  return {
    receivers: {
      otlp: { protocols: { grpc: { endpoint: `${podIp}:4317` }, http: { endpoint: `${podIp}:4318` } } },
      filelog: { operators: logOperators },
      // The chart's defaults that nothing here sends to or reads; null takes them out.
      jaeger: null,
      prometheus: null,
      zipkin: null,
    },
    processors: { batch: { timeout: "5s", send_batch_size: 2048 } },
    exporters: { debug: null, ...to },
    service: { pipelines: { traces: pipeline("otlp"), logs: pipeline("otlp"), metrics: pipeline("otlp") } },
  };
}

const closedPorts = Object.fromEntries(
  ["jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"].map((port) => [port, { enabled: false }]),
);

/** Values of chart `opentelemetry-collector`: one on each node, which also reads the files of the node's containers. */
export function collectorValues(config: StackConfig): Readonly<Record<string, unknown>> {
  return {
    mode: "daemonset",
    fullnameOverride: "otel-collector",
    image: { repository: "otel/opentelemetry-collector-k8s" },
    presets: {
      logsCollection: { enabled: true, includeCollectorLogs: false },
      kubernetesAttributes: { enabled: true },
    },
    config: collectorConfig(config),
    service: { enabled: true },
    ports: {
      ...closedPorts,
      otlp: {
        enabled: true,
        containerPort: 4317,
        servicePort: 4317,
        hostPort: 0,
        protocol: "TCP",
        appProtocol: "grpc",
      },
      "otlp-http": { enabled: true, containerPort: 4318, servicePort: 4318, hostPort: 0, protocol: "TCP" },
      metrics: { enabled: true },
    },
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      seccompProfile: { type: "RuntimeDefault" },
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  };
}

/** OpenTelemetry collector for traces and structured logs. */
export function installOtelCollector(context: AddonContext): Installed {
  const addon = context.config.addons.otelCollector;
  if (!addon.install) return [];
  return [
    installChart(context, {
      addon,
      release: "otel-collector",
      chart: "opentelemetry-collector",
      values: collectorValues(context.config),
    }),
  ];
}
