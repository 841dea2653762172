import type { InputSeries, RuleCase } from "../../support/promtool.js";

/** A series in the agent's namespace with one value all the time, or with values in promtool's notation. */
const s = (series: string, values: string | number): InputSeries => ({
  series,
  values: typeof values === "number" ? `${values}x1000` : values,
});
const ns = 'namespace="agent-memory"';
const requests = (status: string, values: string): InputSeries =>
  s(`agent_requests_total{status="${status}",version="stable",pod="a"}`, values);

/** Traffic in which a fixed number of each interval's requests fail. */
const traffic = (good: number, bad: number): InputSeries[] => [
  requests("success", `0+${good}x1000`),
  requests("error", `0+${bad}x1000`),
];
const latency = (below2s: number): InputSeries[] =>
  [
    ["1", below2s / 2],
    ["2", below2s],
    ["5", 100],
    ["+Inf", 100],
  ].map(([le, step]) => s(`agent_request_duration_seconds_bucket{version="stable",le="${le}"}`, `0+${step}x1000`));
const canary = (good: number, bad: number): InputSeries[] => [
  s('agent_requests_total{status="success",version="canary"}', `0+${good}x1000`),
  s('agent_requests_total{status="error",version="canary"}', `0+${bad}x1000`),
];
const hpa = (current: number): InputSeries[] => [
  s(`kube_horizontalpodautoscaler_status_current_replicas{${ns},horizontalpodautoscaler="a"}`, current),
  s(`kube_horizontalpodautoscaler_spec_max_replicas{${ns},horizontalpodautoscaler="a"}`, 20),
];
const restarts = (values: string): InputSeries =>
  s(`kube_pod_container_status_restarts_total{${ns},pod="a",container="c"}`, values);
const oom = s(`kube_pod_container_status_last_terminated_reason{${ns},pod="a",container="c",reason="OOMKilled"}`, 1);
const archiver = (since: number, ready: number): InputSeries[] => [
  s(`cnpg_pg_stat_archiver_seconds_since_last_archival{${ns},pod="p"}`, since),
  s(`cnpg_collector_pg_wal_archive_status{${ns},pod="p",value="ready"}`, ready),
];
const backup = (kind: "available" | "failed", at: number): InputSeries =>
  s(`barman_cloud_cloudnative_pg_io_last_${kind}_backup_timestamp{${ns},pod="p"}`, at);
const cron = (metric: "created" | "status_last_successful_time", job: string, at = 0): InputSeries =>
  s(`kube_cronjob_${metric}{${ns},cronjob="${job}"}`, at);
const volume = (available: string | number): InputSeries[] => [
  s(`kubelet_volume_stats_available_bytes{${ns},persistentvolumeclaim="v"}`, available),
  s(`kubelet_volume_stats_capacity_bytes{${ns},persistentvolumeclaim="v"}`, 100),
];
const health = (region: string, up: 0 | 1): InputSeries =>
  s(`probe_success{job="region-health",target_region="${region}"}`, up);
const dns = (planned: 0 | 1): InputSeries => s('probe_success{job="dns-answer"}', planned);
const drill = (plan: string, at: number): InputSeries =>
  s(`kube_configmap_created{${ns},configmap="drill-${plan}"}`, at);
const certificate = (expires: number): InputSeries =>
  s(`certmanager_certificate_expiration_timestamp_seconds{job="cert-manager",${ns},name="tls"}`, expires);

const hour = 3600;
const day = 24 * hour;
const plans = ["region-outage", "database-corruption", "security-breach", "data-loss"];

/** Cases of the service level, which look back over days. */
export const sloCases: readonly RuleCase[] = [
  {
    name: "an outage after a healthy hour pages within two minutes, and not at once",
    interval: "15s",
    series: [requests("success", "0+1500x240 360000+0x40"), requests("error", "0+0x240 1500+1500x40")],
    firing: [
      ["AgentErrorBudgetBurnFast", "60m", 0],
      ["AgentErrorBudgetBurnFast", "60m30s", 0],
      ["AgentErrorBudgetBurnFast", "62m", 1],
    ],
  },
  {
    name: "14.4 times the budget is the bound of the fast burn",
    series: traffic(98560, 1440),
    firing: [
      ["AgentErrorBudgetBurnFast", "2h", 0],
      ["AgentErrorBudgetBurn", "2h", 1],
    ],
  },
  { name: "over it, it fires", series: traffic(98550, 1450), firing: [["AgentErrorBudgetBurnFast", "2h", 1]] },
  {
    name: "an error burst that is over does not page again",
    series: [requests("success", "0+1000x600"), requests("error", "0+100x60 6000+0x540")],
    firing: [
      ["AgentErrorBudgetBurnFast", "50m", 1],
      ["AgentErrorBudgetBurnFast", "70m", 0],
    ],
  },
  {
    name: "6 times the budget is the bound of the burn that pages within hours",
    series: traffic(99400, 600),
    firing: [["AgentErrorBudgetBurn", "7h", 0]],
  },
  {
    name: "a slow burn makes a ticket and pages nobody",
    interval: "5m",
    series: traffic(99600, 400),
    firing: [
      ["AgentErrorBudgetBurnSlow", "26h", 1],
      ["AgentErrorBudgetBurn|AgentErrorBudgetBurnFast", "26h", 0],
    ],
  },
  {
    name: "3 times the budget is the bound of the slow burn, once the budget is burnt for three days",
    interval: "5m",
    series: traffic(99700, 300),
    firing: [
      ["AgentErrorBudgetBurnSlow", "74h", 0],
      ["AgentErrorBudgetBurnLong", "74h", 1],
    ],
  },
  {
    name: "just inside the budget, the promise is kept",
    interval: "5m",
    series: traffic(99905, 95),
    firing: [
      ["AgentErrorBudgetBurnLong", "74h", 0],
      ["AgentErrorBudgetSpent", "74h", 0],
    ],
  },
  {
    name: "twice the budget spends it",
    interval: "5m",
    series: traffic(99800, 200),
    firing: [["AgentErrorBudgetSpent", "10h", 1]],
  },
  { name: "no traffic is no error", series: traffic(0, 0), firing: [["AgentErrorBudget.*", "3h", 0]] },
];

const service: RuleCase[] = [
  {
    name: "a pod that answers is enough",
    series: [s('up{job="agent",pod="a"}', 1), s('up{job="agent",pod="b"}', 0)],
    firing: [["AgentDown", "10m", 0]],
  },
  {
    name: "no pod that answers, for a minute",
    series: [s('up{job="agent",pod="a"}', "1x5 0x10")],
    firing: [
      ["AgentDown", "6m", 0],
      ["AgentDown", "8m", 1],
    ],
  },
  { name: "no pod at all", series: [], firing: [["AgentDown", "2m", 1]] },
  { name: "p99 at 2 s", series: latency(99), firing: [["AgentLatencyHigh", "30m", 0]] },
  {
    name: "p99 above 2 s, for ten minutes",
    series: latency(98),
    firing: [
      ["AgentLatencyHigh", "9m", 0],
      ["AgentLatencyHigh", "15m", 1],
    ],
  },
  {
    name: "a canary just inside its bound",
    interval: "30s",
    series: canary(9905, 95),
    firing: [["CanaryBreach", "10m", 0]],
  },
  { name: "a canary just outside", interval: "30s", series: canary(9895, 105), firing: [["CanaryBreach", "10m", 1]] },
  { name: "a canary without traffic", interval: "30s", series: canary(0, 1), firing: [["CanaryBreach", "10m", 0]] },
  {
    name: "a rollout that was aborted",
    series: [s(`rollout_info{${ns},name="r",phase="Degraded"}`, 1)],
    firing: [["RolloutDegraded", "1m", 1]],
  },
  {
    name: "a rollout that goes on",
    series: [s(`rollout_info{${ns},name="r",phase="Progressing"}`, 1)],
    firing: [["RolloutDegraded", "1m", 0]],
  },
];

const workload: RuleCase[] = [
  { name: "one replica below the maximum", series: hpa(19), firing: [["AutoscalerAtMaximum", "30m", 0]] },
  {
    name: "at the maximum, for a quarter of an hour",
    series: hpa(20),
    firing: [
      ["AutoscalerAtMaximum", "14m", 0],
      ["AutoscalerAtMaximum", "15m", 1],
    ],
  },
  {
    name: "the queue is exported",
    series: [s(`agent_request_queue_length{${ns},pod="a"}`, 0)],
    firing: [["QueueMetricMissing", "20m", 0]],
  },
  { name: "nobody exports the queue", series: [], firing: [["QueueMetricMissing", "11m", 1]] },
  { name: "three restarts", series: [restarts("0 1 2 3x20")], firing: [["ContainerRestarting", "5m", 0]] },
  { name: "four restarts", series: [restarts("0 1 2 3 4x20")], firing: [["ContainerRestarting", "5m", 1]] },
  {
    name: "killed for memory, now and not for ever",
    series: [oom, restarts("0x3 1x40")],
    firing: [
      ["ContainerOutOfMemory", "2m", 0],
      ["ContainerOutOfMemory", "5m", 1],
      ["ContainerOutOfMemory", "20m", 0],
    ],
  },
  {
    name: "a disruption is allowed",
    series: [s(`kube_poddisruptionbudget_status_pod_disruptions_allowed{${ns},poddisruptionbudget="b"}`, 1)],
    firing: [["DisruptionBudgetAtLimit", "30m", 0]],
  },
  {
    name: "no disruption is allowed, for a quarter of an hour",
    series: [s(`kube_poddisruptionbudget_status_pod_disruptions_allowed{${ns},poddisruptionbudget="b"}`, 0)],
    firing: [
      ["DisruptionBudgetAtLimit", "14m", 0],
      ["DisruptionBudgetAtLimit", "15m", 1],
    ],
  },
];

const data: RuleCase[] = [
  { name: "WAL at three archive time-outs", series: archiver(180, 1), firing: [["WalArchiveLagging", "5m", 0]] },
  { name: "WAL beyond them", series: archiver(181, 1), firing: [["WalArchiveLagging", "5m", 1]] },
  {
    name: "an idle database has nothing to archive",
    series: archiver(9999, 0),
    firing: [["WalArchiveLagging", "5m", 0]],
  },
  {
    name: "a standby at 60 % of the RPO",
    series: [s(`cnpg_pg_replication_lag{${ns},pod="p"}`, 180)],
    firing: [["ReplicationLagging", "5m", 0]],
  },
  {
    name: "a standby beyond it",
    series: [s(`cnpg_pg_replication_lag{${ns},pod="p"}`, 181)],
    firing: [["ReplicationLagging", "5m", 1]],
  },
  {
    name: "a failed backup after a good one",
    series: [backup("available", 100), backup("failed", 101)],
    firing: [["PostgresBackupFailed", "1m", 1]],
  },
  {
    name: "a good backup after a failed one",
    series: [backup("available", 101), backup("failed", 100)],
    firing: [["PostgresBackupFailed", "1m", 0]],
  },
  {
    name: "a daily backup is stale after 27 h 24 min",
    interval: "5m",
    series: [backup("available", 0)],
    firing: [
      ["PostgresBackupStale", "27h20m", 0],
      ["PostgresBackupStale", "27h40m", 1],
    ],
  },
  {
    name: "a six-hourly backup is stale after 7 h 36 min, a daily one not yet",
    interval: "5m",
    series: [cron("status_last_successful_time", "redis-backup"), cron("status_last_successful_time", "vector-backup")],
    firing: [
      ["RedisBackupStale", "7h35m", 0],
      ["RedisBackupStale", "8h", 1],
      ["VectorBackupStale", "27h20m", 0],
      ["VectorBackupStale", "27h40m", 1],
    ],
  },
  {
    name: "a job that never succeeded counts from its creation",
    interval: "5m",
    series: [cron("created", "redis-backup")],
    firing: [
      ["RedisBackupStale", "7h35m", 0],
      ["RedisBackupStale", "8h", 1],
    ],
  },
  {
    name: "a backup job failed",
    series: [s(`kube_job_status_failed{${ns},job_name="redis-backup-1"}`, 1)],
    firing: [["BackupJobFailed", "1m", 1]],
  },
  {
    name: "another job failed",
    series: [s(`kube_job_status_failed{${ns},job_name="other-1"}`, 1)],
    firing: [["BackupJobFailed", "1m", 0]],
  },
  {
    name: "a verification of eight days ago",
    interval: "5m",
    series: [cron("status_last_successful_time", "backup-verification", -8 * day + hour)],
    firing: [
      ["BackupUnverified", "1h", 0],
      ["BackupUnverified", "1h15m", 1],
    ],
  },
  {
    name: "a volume that fills within four days",
    interval: "5m",
    series: volume("39-0.05x400"),
    firing: [
      ["VolumeFilling", "30m", 0],
      ["VolumeFilling", "10h", 1],
    ],
  },
  {
    name: "a volume that fills later",
    interval: "5m",
    series: volume("39-0.02x400"),
    firing: [["VolumeFilling", "10h", 0]],
  },
  { name: "a volume with room", interval: "5m", series: volume("80-0.1x400"), firing: [["VolumeFilling", "10h", 0]] },
  { name: "5 % left", series: volume(5), firing: [["VolumeAlmostFull", "5m", 0]] },
  { name: "less than 5 % left", series: volume(4.9), firing: [["VolumeAlmostFull", "5m", 1]] },
];

const platform: RuleCase[] = [
  {
    name: "the own region is down, for the threshold",
    interval: "10s",
    series: [health("us-east-1", 0), health("us-west1", 1)],
    firing: [
      ["RegionDown", "20s", 0],
      ["RegionDown", "1m", 1],
      ["OtherRegionDown", "1m", 0],
    ],
  },
  {
    name: "another region is down",
    interval: "10s",
    series: [health("us-east-1", 1), health("us-west1", 0)],
    firing: [
      ["RegionDown", "1m", 0],
      ["OtherRegionDown", "1m", 1],
    ],
  },
  {
    name: "DNS leads elsewhere though the primary is healthy: the switch",
    series: [dns(0), health("us-east-1", 1)],
    firing: [
      ["DnsAnswerUnplanned|FailoverSwitchThrown", "1m", 0],
      ["DnsAnswerUnplanned", "2m", 1],
      ["FailoverSwitchThrown", "2m", 1],
    ],
  },
  {
    name: "DNS leads elsewhere because the primary is down",
    series: [dns(0), health("us-east-1", 0)],
    firing: [
      ["DnsAnswerUnplanned", "5m", 1],
      ["FailoverSwitchThrown", "5m", 0],
    ],
  },
  {
    name: "DNS leads where it is planned to",
    series: [dns(1), health("us-east-1", 1)],
    firing: [["DnsAnswerUnplanned|FailoverSwitchThrown", "5m", 0]],
  },
  {
    name: "a drill of 90 days ago, and three of today",
    interval: "5m",
    series: plans.map((plan, index) => drill(plan, index === 0 ? -90 * day + hour : 0)),
    firing: [
      ["DrillOverdue", "1h", 0],
      ["DrillOverdue", "3h", 1],
    ],
  },
  { name: "no drill ever", interval: "5m", series: [], firing: [["DrillOverdue", "3h", 4]] },
  {
    name: "a certificate with 14 days left",
    series: [certificate(14 * day)],
    firing: [
      ["CertificateExpiring", "0m", 0],
      ["CertificateExpiring", "15m", 1],
      ["CertificateExpiresSoon", "15m", 0],
    ],
  },
  {
    name: "a certificate with 3 days left",
    series: [certificate(3 * day)],
    firing: [
      ["CertificateExpiresSoon", "0m", 0],
      ["CertificateExpiresSoon", "15m", 1],
    ],
  },
  {
    name: "a certificate with months left",
    series: [certificate(80 * day)],
    firing: [["CertificateExpir.*", "1h", 0]],
  },
];

/** Worlds for every other alert: one in which it must fire, one in which it must not, and the boundary between them. */
export const cases: readonly RuleCase[] = [...service, ...workload, ...data, ...platform];
