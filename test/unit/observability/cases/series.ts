import type { InputSeries } from "../../../support/promtool.js";

/** A series in the agent's namespace with one value all the time, or with values in promtool's notation. */
export const s = (series: string, values: string | number): InputSeries => ({
  series,
  values: typeof values === "number" ? `${values}x1000` : values,
});
export const ns = 'namespace="agent-memory"';
export const requests = (status: string, values: string): InputSeries =>
  s(`agent_requests_total{status="${status}",version="stable",pod="a"}`, values);

/** Traffic in which a fixed number of each interval's requests fail. */
export const traffic = (good: number, bad: number): InputSeries[] => [
  requests("success", `0+${good}x1000`),
  requests("error", `0+${bad}x1000`),
];
export const latency = (below2s: number, version = "stable"): InputSeries[] =>
  [
    ["1", below2s / 2],
    ["2", below2s],
    ["5", 100],
    ["+Inf", 100],
  ].map(([le, step]) => s(`agent_request_duration_seconds_bucket{version="${version}",le="${le}"}`, `0+${step}x1000`));
export const canary = (good: number, bad: number): InputSeries[] => [
  s('agent_requests_total{status="success",version="canary"}', `0+${good}x1000`),
  s('agent_requests_total{status="error",version="canary"}', `0+${bad}x1000`),
];
/** A canary that answers without errors, so many of a hundred requests within two seconds. */
export const slowCanary = (below2s: number): InputSeries[] => [...canary(3000, 0), ...latency(below2s, "canary")];
export const hpa = (current: number): InputSeries[] => [
  s(`kube_horizontalpodautoscaler_status_current_replicas{${ns},horizontalpodautoscaler="a"}`, current),
  s(`kube_horizontalpodautoscaler_spec_max_replicas{${ns},horizontalpodautoscaler="a"}`, 20),
];
export const restarts = (values: string): InputSeries =>
  s(`kube_pod_container_status_restarts_total{${ns},pod="a",container="c"}`, values);
export const oom = s(
  `kube_pod_container_status_last_terminated_reason{${ns},pod="a",container="c",reason="OOMKilled"}`,
  1,
);
export const archiver = (since: number, ready: number): InputSeries[] => [
  s(`cnpg_pg_stat_archiver_seconds_since_last_archival{${ns},pod="p"}`, since),
  s(`cnpg_collector_pg_wal_archive_status{${ns},pod="p",value="ready"}`, ready),
];
export const backup = (kind: "available" | "failed", at: number): InputSeries =>
  s(`barman_cloud_cloudnative_pg_io_last_${kind}_backup_timestamp{${ns},pod="p"}`, at);
export const cron = (metric: "created" | "status_last_successful_time", job: string, at = 0): InputSeries =>
  s(`kube_cronjob_${metric}{${ns},cronjob="${job}"}`, at);
export const volume = (available: string | number): InputSeries[] => [
  s(`kubelet_volume_stats_available_bytes{${ns},persistentvolumeclaim="v"}`, available),
  s(`kubelet_volume_stats_capacity_bytes{${ns},persistentvolumeclaim="v"}`, 100),
];
export const health = (region: string, up: 0 | 1): InputSeries =>
  s(`probe_success{job="region-health",target_region="${region}"}`, up);
export const dns = (planned: 0 | 1): InputSeries => s('probe_success{job="dns-answer"}', planned);
export const drill = (plan: string, at: number): InputSeries =>
  s(`kube_configmap_created{${ns},configmap="drill-${plan}"}`, at);
export const certificate = (expires: number): InputSeries =>
  s(`certmanager_certificate_expiration_timestamp_seconds{job="cert-manager",${ns},name="tls"}`, expires);

export const hour = 3600;
export const day = 24 * hour;
export const plans = ["region-outage", "database-corruption", "security-breach", "data-loss"];
