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

function constant(series: string, value: number, steps: number): InputSeries {
  return { series, values: `${value}x${steps}` };
}

/** Everything that the platform exports, in good order, for some days; no alert may fire at any time in them. */
export function healthyWorld(config: StackConfig, days: number): RuleCase {
  const steps = days * stepsPerDay;
  const ns = `namespace="${config.agent.namespace}"`;
  // What recurs, such as a backup, has its time at the steps of the clock itself.
  const recent = `0+300x${steps}`;
  const fixed = (series: string, value: number): InputSeries => constant(series, value, steps);
  return {
    name: `${days} days of healthy traffic`,
    interval: "5m",
    series: [
      ...traffic(steps),
      ...monitoredJobs(config).map((job) => fixed(`up{job="${job}"}`, 1)),
      fixed(`agent_request_queue_length{${ns},pod="a"}`, 20),
      fixed(`kube_horizontalpodautoscaler_status_current_replicas{${ns}}`, 4),
      fixed(`kube_horizontalpodautoscaler_spec_max_replicas{${ns}}`, 20),
      fixed(`kube_pod_container_status_restarts_total{${ns},pod="a",container="c"}`, 2),
      fixed(`kube_poddisruptionbudget_status_pod_disruptions_allowed{${ns}}`, 1),
      fixed(`cnpg_pg_stat_archiver_seconds_since_last_archival{${ns},pod="p"}`, 40),
      fixed(`cnpg_collector_pg_wal_archive_status{${ns},pod="p",value="ready"}`, 1),
      fixed(`cnpg_pg_replication_lag{${ns},pod="p"}`, 2),
      { series: `barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${ns}}`, values: recent },
      fixed(`barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{${ns}}`, 0),
      ...["redis-backup", "vector-backup", "backup-verification"].map((cronjob) => ({
        series: `kube_cronjob_status_last_successful_time{${ns},cronjob="${cronjob}"}`,
        values: recent,
      })),
      fixed(`kubelet_volume_stats_available_bytes{${ns},persistentvolumeclaim="v"}`, 60),
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
