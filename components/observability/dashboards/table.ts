import type { StackConfig } from "../../../config/schema/stack.js";
import { queueLengthMetric } from "../../addons/prometheus-adapter.js";
import { LATENCY, REQUESTS } from "../../delivery/analysis.js";
import { replicationLagSeconds, staleAfterSeconds, walLagSeconds } from "../alerts/data.js";
import { dnsJob, healthJob } from "../probes.js";
import { budgetLeft, errorBudget, errorRatio } from "../slo.js";
import type { Dashboard, Panel } from "./panel.js";

const rate = (by: string): string => `sum by (${by}) (rate(${REQUESTS}[5m]))`;
const quantile = (q: number, by = "le"): string => `histogram_quantile(${q}, sum by (${by}) (rate(${LATENCY}[5m])))`;
const lines = (title: string, unit: Panel["unit"], ...[expr, legend]: [expr: string, legend: string]): Panel => ({
  title,
  unit,
  queries: [{ expr, legend }],
});

function service({ agent, delivery }: StackConfig): Dashboard {
  const inNamespace = `namespace="${agent.namespace}"`;
  const container = `${inNamespace},container="agent-api"`;
  return {
    uid: "agent-service",
    title: "Agent: service",
    panels: [
      lines("Requests", "reqps", rate("status"), "{{status}}"),
      { ...lines("Errors", "percentunit", errorRatio("5m"), "failed"), bound: delivery.progressive.maxErrorRate },
      {
        title: "Latency",
        unit: "s",
        queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q), legend: `p${q * 100}` })),
        bound: delivery.progressive.maxP99Ms / 1000,
      },
      {
        ...lines("Queue per pod", "short", `${queueLengthMetric}{${inNamespace}}`, "{{pod}}"),
        bound: agent.autoscaling.queueLength,
      },
      {
        ...lines(
          "CPU of the request",
          "percentunit",
          `sum by (pod) (rate(container_cpu_usage_seconds_total{${container}}[5m])) / sum by (pod) (kube_pod_container_resource_requests{${container},resource="cpu"})`,
          "{{pod}}",
        ),
        bound: agent.autoscaling.cpuPercent / 100,
      },
      {
        title: "Replicas",
        unit: "short",
        queries: [
          { expr: `kube_horizontalpodautoscaler_status_current_replicas{${inNamespace}}`, legend: "now" },
          { expr: `kube_horizontalpodautoscaler_spec_max_replicas{${inNamespace}}`, legend: "most" },
        ],
      },
    ],
  };
}

function rollout({ agent, delivery }: StackConfig): Dashboard {
  const { maxErrorRate, maxP99Ms } = delivery.progressive;
  return {
    uid: "agent-rollout",
    title: "Agent: rollout",
    panels: [
      lines("Requests by version", "reqps", rate("version"), "{{version}}"),
      {
        ...lines(
          "Errors by version",
          "percentunit",
          `sum by (version) (rate(${REQUESTS}{status="error"}[5m])) / ${rate("version")}`,
          "{{version}}",
        ),
        bound: maxErrorRate,
      },
      { ...lines("p99 by version", "s", quantile(0.99, "le, version"), "{{version}}"), bound: maxP99Ms / 1000 },
      lines("Phase", "short", `rollout_info{namespace="${agent.namespace}"}`, "{{name}} {{phase}}"),
      lines(
        "Aborts",
        "short",
        `increase(rollout_events_total{namespace="${agent.namespace}",reason="RolloutAborted"}[1h])`,
        "{{name}}",
      ),
    ],
  };
}

function data(config: StackConfig): Dashboard {
  const inNamespace = `namespace="${config.agent.namespace}"`;
  return {
    uid: "agent-data",
    title: "Agent: data and backups",
    panels: [
      {
        ...lines(
          "Since the last archived WAL",
          "s",
          `cnpg_pg_stat_archiver_seconds_since_last_archival{${inNamespace}}`,
          "{{pod}}",
        ),
        bound: walLagSeconds({ config }),
      },
      {
        ...lines("Replication lag", "s", `cnpg_pg_replication_lag{${inNamespace}}`, "{{pod}}"),
        bound: replicationLagSeconds({ config }),
      },
      {
        ...lines(
          "Age of the PostgreSQL backup",
          "s",
          `time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${inNamespace}})`,
          "age",
        ),
        kind: "stat",
        bound: staleAfterSeconds(config.backups.postgres.schedule),
      },
      lines(
        "Age of the other jobs' last success",
        "s",
        `time() - kube_cronjob_status_last_successful_time{${inNamespace}}`,
        "{{cronjob}}",
      ),
      lines(
        "Volumes used",
        "percentunit",
        `1 - kubelet_volume_stats_available_bytes{${inNamespace}} / kubelet_volume_stats_capacity_bytes{${inNamespace}}`,
        "{{persistentvolumeclaim}}",
      ),
    ],
  };
}

function regions({ agent }: StackConfig): Dashboard {
  return {
    uid: "agent-regions",
    title: "Agent: regions and failover",
    panels: [
      lines("Regions healthy", "bool_on_off", `probe_success{job="${healthJob}"}`, "{{target_region}}"),
      lines("Deep health check", "s", `probe_duration_seconds{job="${healthJob}"}`, "{{target_region}}"),
      lines("DNS leads where planned", "bool_on_off", `probe_success{job="${dnsJob}"}`, "answer"),
      lines(
        "Since the last drill",
        "s",
        `time() - kube_configmap_created{namespace="${agent.namespace}",configmap=~"drill-.+"}`,
        "{{configmap}}",
      ),
      lines(
        "Certificate valid for",
        "s",
        `certmanager_certificate_expiration_timestamp_seconds{namespace="${agent.namespace}"} - time()`,
        "{{name}}",
      ),
    ],
  };
}

function budget({ observability }: StackConfig): Dashboard {
  return {
    uid: "agent-error-budget",
    title: "Agent: error budget",
    panels: [
      { ...lines("Budget left of 30 days", "percentunit", budgetLeft, "left"), kind: "stat" },
      {
        title: "Errors by window",
        unit: "percentunit",
        queries: (["5m", "1h", "6h", "3d"] as const).map((window) => ({ expr: errorRatio(window), legend: window })),
        bound: errorBudget(observability.availability),
      },
      lines("Budget over time", "percentunit", budgetLeft, "left"),
    ],
  };
}

/** The platform's dashboards; bounds are those of the alerts, the autoscaler and the analysis. */
export function dashboards(config: StackConfig): Dashboard[] {
  return [service(config), rollout(config), data(config), regions(config), budget(config)];
}
