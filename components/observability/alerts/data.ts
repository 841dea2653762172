import { Cron } from "croner";
import { managedStores } from "../../../config/schema/data.js";
import { seconds } from "../../../config/schema/primitives.js";
import type { Alert, AlertContext, AlertGroup } from "../alert.js";

const owner = "dba-team";
const hour = 3600;
const day = 24 * hour;

/** Longest time between two runs of a cron line among its next sixty, in seconds. */
export function longestGapSeconds(cron: string): number {
  const schedule = new Cron(cron, { mode: "5-part", timezone: "UTC", paused: true });
  const runs = schedule.nextRuns(60, new Date("2026-01-01T00:00:00Z")).map((run) => run.getTime() / 1000);
  return runs.slice(1).reduce((longest, run, index) => Math.max(longest, run - (runs[index] ?? run)), 0);
}

/** When a backup counts as missed: its longest gap, a tenth of it and an hour for the run itself. */
export function staleAfterSeconds(cron: string): number {
  return Math.round(longestGapSeconds(cron) * 1.1) + hour;
}

/** WAL may wait for three archive time-outs: at the default of 60 s that is 3 minutes, inside an RPO of 5. */
export function walLagSeconds({ config }: Pick<AlertContext, "config">): number {
  return 3 * seconds(config.data.postgres.archiveTimeout);
}

/** A standby may lag for 60 % of the RPO: the rest is for noticing and promoting. */
export function replicationLagSeconds({ config }: Pick<AlertContext, "config">): number {
  return config.recovery.storeRpoMinutes.postgres * 60 * 0.6;
}

function archive(context: AlertContext): Alert[] {
  const { config } = context;
  const inNamespace = `namespace="${config.agent.namespace}"`;
  const since = `cnpg_pg_stat_archiver_seconds_since_last_archival{${inNamespace}}`;
  const waiting = `on (namespace, pod) cnpg_collector_pg_wal_archive_status{${inNamespace},value="ready"} > 0`;
  return [
    {
      name: "WalArchiveLagging",
      expr: `${since} > ${walLagSeconds(context)} and ${waiting}`,
      severity: "critical",
      summary: "{{ $labels.pod }} has WAL to archive and has archived none for {{ $value | humanizeDuration }}",
      meaning: `What is not archived is lost with the region; the RPO is ${config.recovery.storeRpoMinutes.postgres} minutes.`,
      action: "read the archiver's error in the pod's log: credentials, bucket, network.",
      runbook: "wal-archive-lagging",
      owner,
      child: true,
    },
    {
      // The archiver says -1 until its first success: a wrong key or bucket from the start would never lag.
      name: "WalNeverArchived",
      expr: `${since} < 0 and ${waiting}`,
      for: `${walLagSeconds(context)}s`,
      severity: "critical",
      summary: "{{ $labels.pod }} has WAL to archive and has never archived any",
      meaning: "There is no archive: nothing can be restored, and the other region follows nothing.",
      action: "read the archiver's error in the pod's log: credentials, bucket, network.",
      runbook: "wal-archive-lagging",
      owner,
      child: true,
    },
  ];
}

function postgres(context: AlertContext): Alert[] {
  const { config } = context;
  if (config.data.postgres.external !== undefined) return [];
  const inNamespace = `namespace="${config.agent.namespace}"`;
  const lastBackup = `max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${inNamespace}})`;
  const lastFailure = `max(barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{${inNamespace}})`;
  return [
    ...archive(context),
    {
      name: "ReplicationLagging",
      expr: `cnpg_pg_replication_lag{${inNamespace}} > ${replicationLagSeconds(context)}`,
      for: "1m",
      severity: "critical",
      summary: "Standby {{ $labels.pod }} is {{ $value | humanizeDuration }} behind",
      meaning: "A promotion now would lose more than the plan allows for.",
      action: "see whether the standby replays or waits for WAL.",
      runbook: "replication-lagging",
      owner,
      child: true,
    },
    {
      name: "PostgresBackupFailed",
      expr: `${lastFailure} > ${lastBackup}`,
      severity: "warning",
      summary: "The last backup of PostgreSQL failed",
      meaning: "The newest base backup is older than the schedule says; recovery replays more WAL.",
      action: "read the status of the newest Backup object.",
      runbook: "backup-failed",
      owner,
    },
    {
      name: "PostgresBackupStale",
      expr: `time() - ${lastBackup} > ${staleAfterSeconds(config.backups.postgres.schedule)}`,
      for: "5m",
      severity: "critical",
      summary: "The newest backup of PostgreSQL is {{ $value | humanizeDuration }} old",
      meaning: `The schedule is ${config.backups.postgres.schedule} (UTC); a backup was missed.`,
      action: "start a backup by hand, then find out why the schedule did not.",
      runbook: "backup-failed",
      owner,
    },
  ];
}

/** A job that never succeeded counts from its creation: a new stack is not in fault before its first run was due. */
function staleJob(namespace: string, cronjob: string, after: number): string {
  const select = `{namespace="${namespace}",cronjob="${cronjob}"}`;
  const never = `kube_cronjob_created${select} unless on (cronjob) kube_cronjob_status_last_successful_time${select}`;
  return `time() - (kube_cronjob_status_last_successful_time${select} or (${never})) > ${after}`;
}

/** A schedule that was deleted is neither late nor failed: it is not there, while who would report it is. */
function scheduleMissing(namespace: string, cronjobs: readonly string[]): Alert {
  const absent = cronjobs.map(
    (cronjob) => `absent(kube_cronjob_created{namespace="${namespace}",cronjob="${cronjob}"})`,
  );
  return {
    name: "BackupScheduleMissing",
    expr: `(${absent.join(" or ")}) and on () (max(up{job="kube-state-metrics"}) == 1)`,
    for: "15m",
    severity: "warning",
    summary: "CronJob {{ $labels.cronjob }} is not in the cluster",
    meaning: "Nothing makes that backup, or verifies any, from now on; no run will be missed or fail.",
    action: "run `pulumi up`, and find out who removed it.",
    runbook: "backup-failed",
    owner,
  };
}

function jobs({ config: { agent, backups, data } }: AlertContext): Alert[] {
  const managed = managedStores(data);
  const byJob = managed.filter((store) => store !== "postgres");
  const stale = byJob.map((store): Alert => ({
    name: store === "redis" ? "RedisBackupStale" : "VectorBackupStale",
    expr: staleJob(agent.namespace, `${store}-backup`, staleAfterSeconds(backups[store].schedule)),
    for: "5m",
    severity: "warning",
    summary: `The newest backup of the ${store} store is {{ $value | humanizeDuration }} old`,
    meaning: `The schedule is ${backups[store].schedule} (UTC); a backup was missed.`,
    action: "start the job by hand, then find out why the schedule did not.",
    runbook: "backup-failed",
    owner,
  }));
  const schedules = [...byJob.map((store) => `${store}-backup`), "backup-verification"];
  return [
    ...stale,
    ...(managed.length > 0 ? [scheduleMissing(agent.namespace, schedules)] : []),
    {
      name: "BackupJobFailed",
      expr: `kube_job_status_failed{namespace="${agent.namespace}",job_name=~"(redis|vector)-backup-.+|backup-verification-.+|.*-copy.*"} > 0`,
      severity: "warning",
      summary: "Job {{ $labels.job_name }} failed",
      meaning: "A backup, a copy or a verification is missing; the next run may make up for it.",
      action: "read the job's log before it is cleaned up.",
      runbook: "backup-failed",
      owner,
    },
    {
      name: "BackupUnverified",
      expr: staleJob(agent.namespace, "backup-verification", backups.verification.maxAgeDays * day),
      for: "5m",
      severity: "warning",
      summary: "No backup was restored for {{ $value | humanizeDuration }}",
      meaning: "A backup that was never restored does not count (R8).",
      action: "run the verification by hand and read its report.",
      runbook: "backup-unverified",
      owner,
    },
  ];
}

function volumes({ config }: AlertContext): Alert[] {
  const inNamespace = `namespace="${config.agent.namespace}"`;
  const available = `kubelet_volume_stats_available_bytes{${inNamespace}}`;
  const share = `${available} / kubelet_volume_stats_capacity_bytes{${inNamespace}}`;
  return [
    {
      name: "VolumeFilling",
      expr: `predict_linear(${available}[6h], ${4 * day}) < 0 and ${share} < 0.4`,
      for: "1h",
      severity: "warning",
      summary: "Volume {{ $labels.persistentvolumeclaim }} will be full within four days",
      meaning: "A store with a full volume stops writing.",
      action: "raise the store's storage; volumes grow while they are in use.",
      runbook: "volume-filling",
      owner,
      child: true,
    },
    {
      name: "VolumeAlmostFull",
      expr: `${share} < 0.05`,
      for: "1m",
      severity: "critical",
      summary: "Volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left",
      meaning: "The store is about to stop writing.",
      action: "raise the store's storage now.",
      runbook: "volume-filling",
      owner,
      child: true,
    },
  ];
}

/** Alerts on the stores and their backups. */
export function dataAlerts(context: AlertContext): AlertGroup[] {
  return [
    { name: "agent-postgres", alerts: postgres(context) },
    { name: "agent-backups", alerts: jobs(context) },
    { name: "agent-volumes", alerts: volumes(context) },
  ].filter(({ alerts }) => alerts.length > 0);
}
