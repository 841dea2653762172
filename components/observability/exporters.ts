import { queueLengthMetric } from "../addons/prometheus-adapter.js";
import { LATENCY, REQUESTS } from "../delivery/analysis.js";

/** What is exported to Prometheus, and by whom, as far as alerts and dashboards read it. */
export interface Exporter {
  /** Job of its series; `prometheus` for what Prometheus itself adds. */
  readonly job: string;
  /** Who says that the metrics are there. */
  readonly source: string;
  readonly metrics: readonly string[];
}

/** A test joins this list with every query: none reads what nobody exports, and nothing is listed that nobody reads. */
export const exporters: readonly Exporter[] = [
  {
    job: "agent",
    source: "the agent service (R4, R6)",
    metrics: [REQUESTS, LATENCY, queueLengthMetric],
  },
  {
    job: "kube-state-metrics",
    source: "kube-state-metrics 2.15",
    metrics: [
      "kube_horizontalpodautoscaler_status_current_replicas",
      "kube_horizontalpodautoscaler_spec_max_replicas",
      "kube_pod_container_status_restarts_total",
      "kube_pod_container_status_last_terminated_reason",
      "kube_pod_container_resource_requests",
      "kube_poddisruptionbudget_status_pod_disruptions_allowed",
      "kube_job_status_failed",
      "kube_cronjob_status_last_successful_time",
      "kube_cronjob_created",
      "kube_configmap_created",
    ],
  },
  {
    job: "kubelet",
    source: "the kubelet and its cAdvisor",
    metrics: [
      "kubelet_volume_stats_available_bytes",
      "kubelet_volume_stats_capacity_bytes",
      "container_cpu_usage_seconds_total",
    ],
  },
  {
    job: "postgres",
    source: "CloudNativePG's instance manager, its default queries, and the barman-cloud plugin",
    metrics: [
      "cnpg_pg_stat_archiver_seconds_since_last_archival",
      "cnpg_collector_pg_wal_archive_status",
      "cnpg_pg_replication_lag",
      "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
      "barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp",
    ],
  },
  { job: "argo-rollouts", source: "Argo Rollouts 1.10", metrics: ["rollout_info", "rollout_events_total"] },
  {
    job: "cert-manager",
    source: "cert-manager 1.21",
    metrics: ["certmanager_certificate_expiration_timestamp_seconds"],
  },
  { job: "probes", source: "the blackbox exporter 0.28", metrics: ["probe_success", "probe_duration_seconds"] },
  { job: "prometheus", source: "Prometheus, of every scrape", metrics: ["up"] },
];
