import type { StackConfig } from "../../config/schema/stack.js";

/** A series of the past: its value at each of the steps, seconds before now; `undefined` where it is not there. */
export interface Series {
  readonly metric: string;
  readonly type: "counter" | "gauge";
  readonly labels: Readonly<Record<string, string>>;
  readonly valueAt: (secondsAgo: number) => number | undefined;
}

const minute = 60;
const hour = 3600;
/** How far the story goes back, and how finely. */
export const storySeconds = 48 * hour;
export const stepSeconds = minute;

/** A canary is released three hours ago, breaks its bounds at 25 % and is rolled back; later a region is lost for a while. */
const canary = { from: 3 * hour, second: 2.7 * hour, breach: 2.6 * hour, until: 2.55 * hour } as const;
const peak = { from: 1.4 * hour, until: 0.7 * hour } as const;
const outage = { from: 0.45 * hour, until: 0.25 * hour } as const;

const within = (ago: number, { from, until }: { readonly from: number; readonly until: number }): boolean =>
  ago <= from && ago > until;

/** Noise between 0 and 1 that is the same in every run. */
function noise(seed: number, at: number): number {
  const value = Math.sin(seed * 127.1 + Math.round(at / stepSeconds) * 311.7) * 43758.5453;
  return value - Math.floor(value);
}

function requestsPerSecond(ago: number): number {
  const day = 150 + 60 * Math.cos((2 * Math.PI * (ago - 2 * hour)) / (24 * hour));
  return day * (within(ago, peak) ? 2.2 : 1) * (0.9 + 0.2 * noise(1, ago));
}

const canaryShare = (ago: number): number =>
  ago > canary.from || ago <= canary.until ? 0 : ago > canary.second ? 0.05 : 0.25;

interface Version {
  readonly version: "stable" | "canary";
  readonly rate: (ago: number) => number;
  readonly errorRatio: (ago: number) => number;
  readonly there: (ago: number) => boolean;
}

const versions: readonly Version[] = [
  {
    version: "stable",
    rate: (ago) => requestsPerSecond(ago) * (1 - canaryShare(ago)),
    errorRatio: (ago) => 0.0002 + 0.0004 * noise(2, ago),
    there: () => true,
  },
  {
    version: "canary",
    rate: (ago) => requestsPerSecond(ago) * canaryShare(ago),
    errorRatio: (ago) => (ago <= canary.breach ? 0.06 : 0.0004),
    there: (ago) => within(ago, canary),
  },
];

/** A counter that grows at a rate, as its value at each step. */
function counting(rate: (ago: number) => number, there: (ago: number) => boolean = () => true) {
  const totals = new Map<number, number>();
  let total = 0;
  for (let ago = storySeconds; ago >= 0; ago -= stepSeconds) {
    total += rate(ago) * stepSeconds;
    totals.set(ago, total);
  }
  return (ago: number): number | undefined => (there(ago) ? totals.get(ago) : undefined);
}

function agent(namespace: string): Series[] {
  const slow = (ago: number): number => (within(ago, peak) ? 0.06 : 0.008);
  const buckets = (ago: number): Readonly<Record<string, number>> => ({
    "0.05": 0.45,
    "0.25": 0.93 - slow(ago),
    "0.5": 0.985 - slow(ago),
    "1": 0.998 - slow(ago) / 4,
    "2": 0.9995,
    "+Inf": 1,
  });
  const requests = versions.flatMap(({ version, rate, errorRatio, there }) => [
    ...(["success", "error"] as const).map((status): Series => ({
      metric: "agent_requests_total",
      type: "counter",
      labels: { namespace, version, status },
      valueAt: counting((ago) => rate(ago) * (status === "error" ? errorRatio(ago) : 1 - errorRatio(ago)), there),
    })),
    ...Object.keys(buckets(0)).map((le): Series => ({
      metric: "agent_request_duration_seconds_bucket",
      type: "counter",
      labels: { namespace, version, le },
      valueAt: counting((ago) => rate(ago) * (buckets(ago)[le] ?? 1), there),
    })),
  ]);
  const queues = [0, 1, 2].map((pod): Series => ({
    metric: "agent_request_queue_length",
    type: "gauge",
    labels: { namespace, pod: `agent-${pod}` },
    valueAt: (ago) => Math.round((within(ago, peak) ? 70 : 8) * (0.4 + noise(pod + 3, ago))),
  }));
  return [...requests, ...queues];
}

type Gauge = readonly [metric: string, labels: Readonly<Record<string, string>>, valueAt: Series["valueAt"]];

function workload({ agent: { namespace, autoscaling } }: StackConfig): Gauge[] {
  const replicas = (ago: number): number => (ago <= peak.from - 0.1 * hour && ago > peak.until - 0.2 * hour ? 8 : 3);
  const container = { namespace, container: "agent-api" };
  return [
    ["kube_horizontalpodautoscaler_status_current_replicas", { namespace }, replicas],
    ["kube_horizontalpodautoscaler_spec_max_replicas", { namespace }, () => autoscaling.maxReplicas],
    ...[0, 1, 2].map((pod): Gauge => [
      "kube_pod_container_resource_requests",
      { ...container, pod: `agent-${pod}`, resource: "cpu" },
      () => 0.5,
    ]),
    [
      "rollout_info",
      { namespace, name: "agent-memory-service", phase: "Progressing" },
      (ago) => (within(ago, canary) ? 1 : 0),
    ],
    [
      "rollout_info",
      { namespace, name: "agent-memory-service", phase: "Degraded" },
      (ago) => (ago <= canary.until && ago > 2 * hour ? 1 : 0),
    ],
  ];
}

function sinceHourly(ago: number, everyHours: number): number {
  return (ago + 40 * minute) % (everyHours * hour);
}

function data({ agent: { namespace } }: StackConfig, now: number): Gauge[] {
  const standby = (pod: number): Gauge => [
    "cnpg_pg_replication_lag",
    { namespace, pod: `postgres-${pod}` },
    (ago) => (within(ago, peak) ? 20 : 1) * (0.5 + noise(pod + 7, ago)),
  ];
  const volume = (name: string, left: number): Gauge[] => [
    ["kubelet_volume_stats_capacity_bytes", { namespace, persistentvolumeclaim: name }, () => 100e9],
    [
      "kubelet_volume_stats_available_bytes",
      { namespace, persistentvolumeclaim: name },
      (ago) => 1e9 * (left + ago / hour / 12),
    ],
  ];
  return [
    [
      "cnpg_pg_stat_archiver_seconds_since_last_archival",
      { namespace, pod: "postgres-1" },
      (ago) => 20 + 40 * noise(11, ago),
    ],
    standby(2),
    standby(3),
    [
      "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
      { namespace, pod: "postgres-1" },
      (ago) => now - ago - sinceHourly(24 * hour - ago, 24),
    ],
    ...(["redis-backup", "vector-backup"] as const).map((cronjob): Gauge => [
      "kube_cronjob_status_last_successful_time",
      { namespace, cronjob },
      (ago) => now - ago - sinceHourly(48 * hour - ago, cronjob === "redis-backup" ? 6 : 24),
    ]),
    ...volume("postgres-1", 44),
    ...volume("data-weaviate-0", 61),
  ];
}

function regions({ agent: { namespace }, regions: all }: StackConfig, now: number): Gauge[] {
  const down = (role: string, ago: number): boolean => role === "primary" && within(ago, outage);
  return [
    ...all.map(({ key, role }): Gauge => [
      "probe_success",
      { job: "region-health", target_region: key },
      (ago) => (down(role, ago) ? 0 : 1),
    ]),
    ...all.map(({ key, role }): Gauge => [
      "probe_duration_seconds",
      { job: "region-health", target_region: key },
      (ago) => (down(role, ago) ? 5 : (role === "primary" ? 0.03 : 0.09) * (0.8 + 0.4 * noise(13, ago))),
    ]),
    ["probe_success", { job: "dns-answer" }, (ago) => (ago <= outage.from - 90 && ago > outage.until - 90 ? 0 : 1)],
    ...(["region-outage", "database-corruption"] as const).map((plan, index): Gauge => [
      "kube_configmap_created",
      { namespace, configmap: `drill-${plan}` },
      () => now - (20 + 30 * index) * 24 * hour,
    ]),
    [
      "certmanager_certificate_expiration_timestamp_seconds",
      { namespace, name: "agent-tls" },
      () => now + 52 * 24 * hour,
    ],
  ];
}

/** Two days of everything that the dashboards read, with a canary that fails, a peak of load and a region's outage. */
export function story(config: StackConfig, now: number): Series[] {
  const { namespace } = config.agent;
  const cpu = [0, 1, 2].map((pod): Series => ({
    metric: "container_cpu_usage_seconds_total",
    type: "counter",
    labels: { namespace, container: "agent-api", pod: `agent-${pod}` },
    valueAt: counting((ago) => (within(ago, peak) ? 0.34 : 0.17) * (0.9 + 0.2 * noise(pod + 17, ago))),
  }));
  const aborts: Series = {
    metric: "rollout_events_total",
    type: "counter",
    labels: { namespace, name: "agent-memory-service", reason: "RolloutAborted" },
    valueAt: (ago) => (ago <= canary.until ? 3 : 2),
  };
  const gauges = [...workload(config), ...data(config, now), ...regions(config, now)];
  return [
    ...agent(namespace),
    ...cpu,
    aborts,
    ...gauges.map(([metric, labels, valueAt]): Series => ({ metric, labels, valueAt, type: "gauge" })),
  ];
}

/** The story as OpenMetrics text, family by family. */
export function openMetrics(series: readonly Series[], now: number): string {
  const families = [...new Set(series.map(({ metric }) => metric))];
  const lines: string[] = [];
  for (const metric of families) {
    // Untyped, because a family's samples must otherwise end in what its type asks for.
    lines.push(`# TYPE ${metric} unknown`);
    for (const { labels, valueAt } of series.filter((each) => each.metric === metric)) {
      const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
      for (let ago = storySeconds; ago >= 0; ago -= stepSeconds) {
        const value = valueAt(ago);
        if (value !== undefined) lines.push(`${metric}{${text.join(",")}} ${value} ${now - ago}`);
      }
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}
