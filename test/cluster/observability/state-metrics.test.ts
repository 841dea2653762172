import { strict as assert } from "node:assert";
import { poll } from "../../../common/poll.js";
import { autoscalerSpec } from "../../../components/agent/autoscaler.js";
import { exporters } from "../../../components/observability/exporters.js";
import { alertGroups } from "../../../components/observability/rules.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { startKubeStateMetrics, type KubeStateMetrics } from "../../support/servers/kube-state-metrics.js";
import { startPrometheus, type Prometheus } from "../../support/servers/prometheus.js";
import type { Region } from "../../support/servers/region/region.js";
import { stackConfig } from "../../support/stack-config.js";
import { twoRegions } from "../cluster.js";
import { requireProgram } from "../../support/servers/programs.js";

const namespace = "state-metrics";
const config = stackConfig({ agent: { namespace } });
const alerts = alertGroups({ config, regionKey: "us-east-1" }).flatMap((group) => group.alerts);
const labels = { app: "stated" };
const container = {
  name: "main",
  image: "ghcr.io/example/agent-memory-service:1.0.0",
  resources: { requests: { cpu: "1m" } },
};
const pods = { restartPolicy: "Never", containers: [container] };
const target = { apiVersion: "apps/v1", kind: "Deployment", name: "stated" };
const of = (type: string, name: string, spec?: object): KubeObject => ({
  apiVersion: type.slice(0, type.lastIndexOf("/")),
  kind: type.slice(type.lastIndexOf("/") + 1),
  metadata: { name, namespace },
  ...(spec === undefined ? {} : { spec }),
});
const cronJob = (name: string) =>
  of("batch/v1/CronJob", name, { schedule: "0 0 1 1 *", jobTemplate: { spec: { template: { spec: pods } } } });
const objects = {
  deployment: of("apps/v1/Deployment", "stated", {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  }),
  autoscaler: of("autoscaling/v2/HorizontalPodAutoscaler", "stated", {
    ...autoscalerSpec(config.agent.autoscaling, target),
    minReplicas: 1,
    maxReplicas: 1,
  }),
  budget: of("policy/v1/PodDisruptionBudget", "stated", { minAvailable: 1, selector: { matchLabels: labels } }),
  redis: cronJob("redis-backup"),
  verification: cronJob("backup-verification"),
  job: of("batch/v1/Job", "redis-backup-1", { suspend: true, template: { spec: pods } }),
  drill: of("v1/ConfigMap", "drill-region-outage"),
} as const;

describe("kube-state-metrics on a real API server, read by a real Prometheus", function () {
  this.timeout(120_000);
  const stops: (() => Promise<void>)[] = [];
  let region: Region;
  let exporter: KubeStateMetrics;
  let prometheus: Prometheus;

  before(async function () {
    this.timeout(900_000);
    const prometheusProgram = await requireProgram(this, "prometheus");
    region = (await twoRegions()).primary;
    const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    await region.api.apply(home);
    stops.push(() => region.api.remove(home));
    for (const object of Object.values(objects)) await region.api.apply(object);
    exporter = await startKubeStateMetrics(region, namespace);
    stops.push(() => exporter.stop());
    prometheus = await startPrometheus(prometheusProgram, exporter.port);
    stops.push(() => prometheus.stop());
    await region.api.mergePatch(objects.redis, { status: { lastSuccessfulTime: "2026-01-01T00:00:00Z" } }, "status");
    // Three attempts of a job, as its controller counts them.
    await region.api.mergePatch(objects.job, { status: { failed: 3 } }, "status");
    const [pod] = await poll(
      async () => {
        const running = await region.api.list("v1", "Pod", { namespace, labelSelector: "app=stated" });
        return running.some(({ status }) => (status as { phase?: string }).phase === "Running") ? running : undefined;
      },
      { what: "the pod to run", timeoutMs: 60_000 },
    );
    assert.ok(pod);
    const killed = { terminated: { reason: "OOMKilled", exitCode: 137, startedAt: null, finishedAt: null } };
    const { containerStatuses = [] } = pod.status as { containerStatuses?: object[] };
    const statuses = containerStatuses.map((status) => ({ ...status, restartCount: 1, lastState: killed }));
    await region.api.mergePatch(pod, { status: { containerStatuses: statuses } }, "status");
  });

  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const answers = async (expr: string): Promise<number> => (await prometheus.query(`count(${expr})`)) ?? 0;
  const until = async (expr: string, series: number): Promise<void> => {
    await poll(async () => ((await answers(expr)) === series ? true : undefined), {
      what: `${series} of ${expr}`,
      timeoutMs: 30_000,
      intervalMs: 200,
    });
  };
  const exprOf = (name: string): string => {
    const alert = alerts.find((each) => each.name === name);
    assert.ok(alert, name);
    return alert.expr;
  };

  it("exports every metric that alerts and dashboards read of it", async () => {
    const read = exporters.find(({ job }) => job === "kube-state-metrics")?.metrics ?? [];
    assert.ok(read.length >= 10);
    await poll(
      async () => {
        const text = await exporter.metrics();
        return read.every((metric) => text.includes(`\n${metric}{namespace="${namespace}",`)) ? true : undefined;
      },
      { what: `all of ${read.join(", ")}`, timeoutMs: 30_000, intervalMs: 200 },
    );
  });

  it("gives the alerts' expressions the series and labels that they join", async () => {
    // One replica is this autoscaler's most, and the budget needs the one pod that there is.
    await until(exprOf("AutoscalerAtMaximum"), 1);
    await until(exprOf("DisruptionBudgetAtLimit"), 1);
    await until(exprOf("BackupJobFailed"), 1);
    await until(exprOf("RedisBackupStale"), 1);
    // Made a moment ago and never done: not in fault yet. The drill of one plan of four is as new.
    await until(exprOf("BackupUnverified"), 0);
    await until(exprOf("DrillOverdue"), 3);
    await until(exprOf("ContainerOutOfMemory").replace(/ and on .*/, ""), 1);
    const joined =
      "kube_pod_container_status_last_terminated_reason == 1 and on (namespace, pod, container) kube_pod_container_status_restarts_total == 1";
    await until(joined, 1);
  });

  it("follows what changes: an alert's expression ends when its cause does", async () => {
    await region.api.mergePatch(objects.autoscaler, { spec: { maxReplicas: 2 } });
    await region.api.mergePatch(objects.redis, { status: { lastSuccessfulTime: new Date().toISOString() } }, "status");
    await until(exprOf("AutoscalerAtMaximum"), 0);
    await until(exprOf("RedisBackupStale"), 0);
  });
});
