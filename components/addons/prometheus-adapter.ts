import type { AgentConfig } from "../../config/schema/agent.js";
import { type AddonContext, installChart, type Installed } from "./chart.js";
import { prometheusPort, prometheusService } from "./prometheus.js";

/** The pods metric that the autoscaler reads (R4). */
export const queueLengthMetric = "agent_request_queue_length";

export interface AdapterRule {
  readonly seriesQuery: string;
  readonly resources: { readonly overrides: Readonly<Record<string, { readonly resource: string }>> };
  readonly name: { readonly matches: string; readonly as: string };
  readonly metricsQuery: string;
}

/**
 * Rules of the adapter, in its own form: the queue length of each of the service's pods. The two Prometheus replicas
 * scrape the same series, hence `max` and not `sum`.
 */
export function adapterRules({ namespace }: Pick<AgentConfig, "namespace">): readonly AdapterRule[] {
  return [
    {
      seriesQuery: `${queueLengthMetric}{namespace="${namespace}",pod!=""}`,
      resources: { overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } } },
      name: { matches: `^${queueLengthMetric}$`, as: queueLengthMetric },
      metricsQuery: "max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
    },
  ];
}

/** Values of chart `prometheus-adapter`. */
export function adapterValues({ config }: Pick<AddonContext, "config">): Readonly<Record<string, unknown>> {
  return {
    replicas: 2,
    prometheus: {
      url: `http://${prometheusService}.${config.addons.prometheus.namespace}.svc`,
      port: prometheusPort,
      path: "",
    },
    // A relist slower than the scrape would let a new pod's metric be unknown for the autoscaler's first syncs.
    metricsRelistInterval: "30s",
    rules: { default: false, custom: adapterRules(config.agent) },
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  };
}

/** Serves the queue length to the autoscaler through the custom-metrics API. */
export function installPrometheusAdapter(context: AddonContext, prometheus: Installed): Installed {
  const addon = context.config.addons.prometheusAdapter;
  if (!addon.install) return [];
  return [
    installChart(context, {
      addon,
      release: "prometheus-adapter",
      chart: "prometheus-adapter",
      values: adapterValues(context),
      dependsOn: prometheus,
    }),
  ];
}
