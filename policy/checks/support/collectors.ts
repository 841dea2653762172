import type { PlatformView } from "../../model/view.js";
import { at, records, text, texts } from "../../model/values.js";

const LOG_AGENT =
  /fluent-?bit|fluentd|promtail|\bvector\b|grafana-?alloy|filebeat|otel|opentelemetry|datadog|cloudwatch|loki/i;

/** What collects the logs of a cluster's pods, as far as the input shows it. */
export function logCollectorOf(cluster: string, view: PlatformView): string | undefined {
  return view.once(`log collector of ${cluster}`, () => findLogCollector(cluster, view));
}

function findLogCollector(cluster: string, view: PlatformView): string | undefined {
  const agent = view.workloads.find(
    (workload) =>
      workload.kind === "DaemonSet" &&
      workload.resource.cluster === cluster &&
      (LOG_AGENT.test(workload.resource.name) ||
        workload.containers.some(({ spec }) => LOG_AGENT.test(text(spec.image) ?? ""))),
  );
  if (agent) return agent.id;
  const release = releases(view).find(({ cluster: at, chart }) => sameCluster(at, cluster) && LOG_AGENT.test(chart));
  if (release) return `the ${release.chart} release`;
  const addon = view.ofType("aws:eks/addon:Addon").find((entry) => LOG_AGENT.test(text(entry.props.addonName) ?? ""));
  const google = view
    .ofType("gcp:container/cluster:Cluster")
    .find((entry) => texts(at(entry.props, "loggingConfig", "enableComponents")).includes("WORKLOADS"));
  return addon?.id ?? google?.id;
}

interface Release {
  readonly cluster: string | undefined;
  readonly chart: string;
  readonly namespace: string;
}

/** Helm releases of the program; their children are invisible before the deployment. */
export function releases(view: PlatformView): readonly Release[] {
  return view.ofType("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart").map((release) => ({
    cluster: release.cluster,
    chart: `${text(release.props.chart) ?? ""} ${release.name}`,
    namespace: text(release.props.namespace) ?? "default",
  }));
}

/** Whether alerting rules of a cluster are in the input. */
export function alertsOf(cluster: string, view: PlatformView): readonly string[] {
  return view.once(`alerts of ${cluster}`, () =>
    view
      .ofKind("PrometheusRule")
      .filter((rule) => rule.cluster === cluster)
      .flatMap((rule) => records(at(rule.body, "spec", "groups")))
      .flatMap((group) => records(group.rules))
      .flatMap((rule) => text(rule.alert) ?? []),
  );
}

function sameCluster(one: string | undefined, other: string): boolean {
  return one === undefined || one === other;
}
