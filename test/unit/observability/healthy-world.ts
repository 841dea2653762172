import { monitoredJobs } from "../../../components/observability/monitors.js";
import type { StackConfig } from "../../../config/schema/stack.js";
import type { InputSeries, RuleCase } from "../../support/promtool.js";

const stepsPerDay = 288; // one every five minutes

/** Random numbers that are the same in every run: a test that fails can be repeated. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A counter that grows by what `step` says, as a list of its values. */
function counter(steps: number, step: (index: number) => number): string {
  const values = [0];
  for (let index = 1; index <= steps; index += 1) values.push((values.at(-1) ?? 0) + Math.round(step(index)));
  return values.join(" ");
}

/** A day's curve of traffic with noise, and errors at about a third of the budget with now and then a small burst. */
function traffic(steps: number): InputSeries[] {
  const random = noise(42);
  const volume = Array.from({ length: steps + 1 }, (_, index) => {
    const curve = 1 + 0.8 * Math.sin((2 * Math.PI * index) / stepsPerDay);
    return 30_000 * curve * (0.8 + 0.4 * random());
  });
  const share = volume.map(() => (random() < 0.005 ? 0.004 : 0.0003 * random() * 2));
  const of = (index: number): number => volume[index] ?? 0;
  const bad = (index: number): number => of(index) * (share[index] ?? 0);
  return [
    {
      series: 'agent_requests_total{status="success",version="stable"}',
      values: counter(steps, (i) => of(i) - bad(i)),
    },
    { series: 'agent_requests_total{status="error",version="stable"}', values: counter(steps, bad) },
    ...["0.5", "2", "+Inf"].map((le) => ({
      series: `agent_request_duration_seconds_bucket{version="stable",le="${le}"}`,
      values: counter(steps, (index) => of(index) * (le === "0.5" ? 0.97 : le === "2" ? 0.998 : 1)),
    })),
  ];
}

/** What recurs each day: a release at ten with a canary for half an hour, during which the budget allows no disruption. */
const release = { at: 120, until: 126 } as const;
const inRelease = (index: number): boolean => index % stepsPerDay >= release.at && index % stepsPerDay < release.until;

/** The pods of a service that follows its load: releases, restarts now and then, queues and replicas that go up and down. */
function workload(steps: number, ns: string): InputSeries[] {
  const random = noise(7);
  const each = (value: (index: number) => number | string): string =>
    Array.from({ length: steps + 1 }, (_, index) => value(index)).join(" ");
  const load = (index: number): number => 1 + 0.8 * Math.sin((2 * Math.PI * index) / stepsPerDay);
  const totals = { success: 0, error: 0 };
  const canary = (status: "success" | "error", share: number): InputSeries => ({
    series: `agent_requests_total{status="${status}",version="canary"}`,
    values: each((index) => {
      if (!inRelease(index)) return "_";
      totals[status] += Math.round(1500 * load(index) * share * (0.5 + random()));
      return totals[status];
    }),
  });
  return [
    canary("success", 0.999),
    canary("error", 0.001),
    {
      series: `agent_request_queue_length{${ns},pod="a"}`,
      values: each((index) => Math.round(90 * load(index) * random())),
    },
    {
      series: `kube_horizontalpodautoscaler_status_current_replicas{${ns}}`,
      values: each((index) => Math.round(3 + 6 * load(index) * random())),
    },
    {
      series: `kube_pod_container_status_restarts_total{${ns},pod="a",container="c"}`,
      values: each((index) => Math.floor(index / (2 * stepsPerDay))),
    },
    {
      series: `kube_poddisruptionbudget_status_pod_disruptions_allowed{${ns}}`,
      values: each((index) => (index % stepsPerDay === release.at ? 0 : 1)),
    },
  ];
}

/** Stores that archive, lag and fill a little, with each backup done some minutes after its time. */
function stores(steps: number, ns: string): InputSeries[] {
  const random = noise(11);
  const each = (value: (index: number) => number): string =>
    Array.from({ length: steps + 1 }, (_, index) => value(index)).join(" ");
  /** When the last run of a schedule was through: every so many steps, a quarter of an hour after its time. */
  const lastRun = (every: number, at: number) =>
    each((index) => Math.max(0, Math.floor((index - at - 3) / every) * every + at + 3) * 300);
  const jobs: readonly (readonly [string, number, number])[] = [
    ["redis-backup", stepsPerDay / 4, 0],
    ["vector-backup", stepsPerDay, 36],
    ["backup-verification", 7 * stepsPerDay, 60],
  ];
  return [
    {
      series: `cnpg_pg_stat_archiver_seconds_since_last_archival{${ns},pod="p"}`,
      values: each(() => Math.round(65 * random())),
    },
    {
      series: `cnpg_collector_pg_wal_archive_status{${ns},pod="p",value="ready"}`,
      values: each(() => Math.round(2 * random())),
    },
    { series: `cnpg_pg_replication_lag{${ns},pod="p"}`, values: each(() => Math.round(90 * random() ** 4)) },
    {
      series: `barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${ns}}`,
      values: lastRun(stepsPerDay, 24),
    },
    { series: `barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{${ns}}`, values: `0x${steps}` },
    ...jobs.map(([cronjob, every, at]) => ({
      series: `kube_cronjob_status_last_successful_time{${ns},cronjob="${cronjob}"}`,
      values: lastRun(every, at),
    })),
    ...jobs.map(([cronjob]) => ({ series: `kube_cronjob_created{${ns},cronjob="${cronjob}"}`, values: `0x${steps}` })),
    // Grows by a hundredth in a week, and by some more each day until the old WAL goes.
    {
      series: `kubelet_volume_stats_available_bytes{${ns},persistentvolumeclaim="v"}`,
      values: each((index) => 60 - index / (7 * stepsPerDay) - (4 * (index % stepsPerDay)) / stepsPerDay - random()),
    },
  ];
}

function constant(series: string, value: number, steps: number): InputSeries {
  return { series, values: `${value}x${steps}` };
}

/** Everything that the platform exports, in good order, for some days; no alert may fire at any time in them. */
export function healthyWorld(config: StackConfig, days: number): RuleCase {
  const steps = days * stepsPerDay;
  const ns = `namespace="${config.agent.namespace}"`;
  const fixed = (series: string, value: number): InputSeries => constant(series, value, steps);
  return {
    name: `${days} days of healthy traffic`,
    interval: "5m",
    series: [
      ...traffic(steps),
      ...workload(steps, ns),
      ...stores(steps, ns),
      ...monitoredJobs(config).map((job) => fixed(`up{job="${job}"}`, 1)),
      fixed(`kube_horizontalpodautoscaler_spec_max_replicas{${ns}}`, 20),
      fixed(`kubelet_volume_stats_capacity_bytes{${ns},persistentvolumeclaim="v"}`, 100),
      ...config.regions.map(({ key }) => fixed(`probe_success{job="region-health",target_region="${key}"}`, 1)),
      fixed('probe_success{job="dns-answer"}', 1),
      ...["region-outage", "database-corruption", "security-breach", "data-loss"].map((plan) =>
        fixed(`kube_configmap_created{${ns},configmap="drill-${plan}"}`, 0),
      ),
      fixed(`certmanager_certificate_expiration_timestamp_seconds{job="cert-manager",${ns},name="tls"}`, 90 * 86_400),
    ],
    // Every alert that fired at any time in these days, whatever its name.
    firing: [[".+", `${days}d`, 0]],
    over: `${days}d`,
  };
}
