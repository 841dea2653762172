import type { RuleCase } from "../../../support/promtool.js";
import { s, ns, archiver, backup, cron, volume, hour, day } from "./series.js";

/** The stores and their backups. */
export const dataCases: readonly RuleCase[] = [
  { name: "WAL at three archive time-outs", series: archiver(180, 1), firing: [["WalArchiveLagging", "5m", 0]] },
  { name: "WAL beyond them", series: archiver(181, 1), firing: [["WalArchiveLagging", "5m", 1]] },
  {
    name: "an idle database has nothing to archive",
    series: archiver(9999, 0),
    firing: [["WalArchiveLagging", "5m", 0]],
  },
  {
    name: "an archiver that never had a success",
    series: archiver(-1, 3),
    firing: [
      ["WalNeverArchived", "2m", 0],
      ["WalNeverArchived", "3m", 1],
      ["WalArchiveLagging", "5m", 0],
    ],
  },
  { name: "a database that is new", series: archiver(-1, 0), firing: [["WalNeverArchived", "5m", 0]] },
  { name: "WAL archived a moment ago", series: archiver(0, 3), firing: [["WalNeverArchived", "5m", 0]] },
  {
    name: "a standby at 60 % of the RPO",
    series: [s(`cnpg_pg_replication_lag{${ns},pod="p"}`, 180)],
    firing: [["ReplicationLagging", "5m", 0]],
  },
  {
    name: "a standby beyond it",
    series: [s(`cnpg_pg_replication_lag{${ns},pod="p"}`, 181)],
    firing: [
      ["ReplicationLagging", "0m", 0],
      ["ReplicationLagging", "1m", 1],
    ],
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
    name: "a schedule that was deleted, and two that are there",
    series: [cron("created", "redis-backup"), cron("created", "vector-backup"), s('up{job="kube-state-metrics"}', 1)],
    firing: [
      ["BackupScheduleMissing", "14m", 0],
      ["BackupScheduleMissing", "15m", 1],
    ],
  },
  {
    name: "schedules of which nobody can tell",
    series: [s('up{job="kube-state-metrics"}', 0)],
    firing: [["BackupScheduleMissing", "20m", 0]],
  },
  {
    name: "all schedules are there",
    series: [
      ...["redis-backup", "vector-backup", "backup-verification"].map((name) => cron("created", name)),
      s('up{job="kube-state-metrics"}', 1),
    ],
    firing: [["BackupScheduleMissing", "20m", 0]],
  },
  {
    name: "a backup job failed",
    series: [s(`kube_job_status_failed{${ns},job_name="redis-backup-1"}`, 1)],
    firing: [["BackupJobFailed", "1m", 1]],
  },
  {
    name: "jobs that did not fail",
    series: ["redis-backup-1", "backup-verification-1"].map((job) =>
      s(`kube_job_status_failed{${ns},job_name="${job}"}`, 0),
    ),
    firing: [["BackupJobFailed", "1m", 0]],
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
  {
    name: "less than 5 % left, for a minute",
    series: volume(4.9),
    firing: [
      ["VolumeAlmostFull", "0m", 0],
      ["VolumeAlmostFull", "1m", 1],
    ],
  },
];
