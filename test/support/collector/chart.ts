import { collectorConfig, collectorValues } from "../../../components/addons/otel-collector.js";
import type { StackConfig } from "../../../config/schema/stack.js";

type Tree = { [key: string]: unknown };

const podIp = "${env:MY_POD_IP}";
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** `config` of the values of chart opentelemetry-collector 0.170.0, as far as it is not about other receivers. */
const defaults = {
  exporters: { debug: {} },
  extensions: { health_check: { endpoint: `${podIp}:13133` } },
  processors: {
    batch: {},
    memory_limiter: { check_interval: "5s", limit_percentage: 80, spike_limit_percentage: 25 },
  },
  receivers: {
    jaeger: { protocols: { grpc: { endpoint: `${podIp}:14250` } } },
    otlp: { protocols: { grpc: { endpoint: `${podIp}:4317` }, http: { endpoint: `${podIp}:4318` } } },
    prometheus: { config: { scrape_configs: [] } },
    zipkin: { endpoint: `${podIp}:9411` },
  },
  service: {
    telemetry: {
      resource: { "k8s.node.name": "${env:OTEL_K8S_NODE_NAME}" },
      metrics: { readers: [{ pull: { exporter: { prometheus: { host: podIp, port: 8888 } } } }] },
    },
    extensions: ["health_check"],
  },
};

/** What its presets `logsCollection` and `kubernetesAttributes` add, where the configuration does not say otherwise. */
const presets = {
  receivers: {
    filelog: {
      include: ["/var/log/pods/*/*/*.log"],
      exclude: ["/var/log/pods/observability_otel-collector*_*/opentelemetry-collector/*.log"],
      start_at: "end",
      retry_on_failure: { enabled: true },
      include_file_path: true,
      include_file_name: false,
      operators: [{ type: "container", id: "container-parser", max_log_size: 102400 }],
    },
  },
  processors: {
    k8s_attributes: {
      filter: { node_from_env_var: "K8S_NODE_NAME" },
      passthrough: false,
      pod_association: [
        { sources: [{ from: "resource_attribute", name: "k8s.pod.ip" }] },
        { sources: [{ from: "resource_attribute", name: "k8s.pod.uid" }] },
        { sources: [{ from: "connection" }] },
      ],
      extract: {
        otel_annotations: true,
        metadata: ["k8s.namespace.name", "k8s.pod.name", "k8s.pod.uid", "k8s.node.name", "service.name"],
      },
    },
  },
};

/** Helm's merge of values: ours win, lists are replaced, null takes a default out. */
function merge(base: Tree, over: Tree): Tree {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = isTree(value) && isTree(before) ? merge(before, value) : value;
  }
  return merged;
}

export interface CollectorConfig {
  receivers: Record<string, Tree | undefined>;
  processors: Tree;
  exporters: Tree;
  service: {
    telemetry: Tree;
    extensions: string[];
    pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }>;
  };
}

/** The file that the chart hands to the collector with the platform's values: its templates, by hand (docs/limits.md). */
export function renderedConfig(config: StackConfig): CollectorConfig {
  const { presets: asked } = collectorValues(config) as { presets: Record<string, { enabled?: boolean } | undefined> };
  if (!asked.logsCollection?.enabled || !asked.kubernetesAttributes?.enabled) {
    throw new Error("this rendering is of both presets");
  }
  const base = merge(defaults, collectorConfig(config));
  const { receivers, ...rest } = merge(presets, base) as unknown as CollectorConfig;
  // The chart writes today's names of components over yesterday's.
  const { filelog, ...others } = receivers;
  const pipelines = Object.entries(rest.service.pipelines).map(([signal, pipeline]) => [
    signal,
    {
      ...pipeline,
      processors: ["k8s_attributes", ...pipeline.processors],
      receivers: signal === "logs" ? [...pipeline.receivers, "file_log"] : pipeline.receivers,
    },
  ]);
  return {
    ...rest,
    receivers: { ...others, file_log: filelog },
    service: { ...rest.service, pipelines: Object.fromEntries(pipelines) as CollectorConfig["service"]["pipelines"] },
  };
}
