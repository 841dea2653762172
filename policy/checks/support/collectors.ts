import type { CloudResource } from "../../model/resource.js";
import type { PlatformView } from "../../model/view.js";
import { at, record, records, text, texts, type Plain } from "../../model/values.js";
import { EKS, GKE } from "./clusters.js";

const LOG_AGENT =
  /fluent-?bit|fluentd|promtail|\bvector\b|grafana-?alloy|filebeat|otel|opentelemetry|datadog|cloudwatch|loki/i;
const METRICS_READER =
  /kube-prometheus|prometheus(-operator)?\b(?!-)|victoria-?metrics|grafana-?(alloy|agent)|datadog/i;

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
  const release = releasesOf(cluster, view).find((entry) => LOG_AGENT.test(entry.title) && readsLogs(entry));
  if (release) return `the ${release.title} release`;
  const addon = view.ofType("aws:eks/addon:Addon").find((entry) => LOG_AGENT.test(text(entry.props.addonName) ?? ""));
  const google = view
    .ofType(GKE)
    .find((entry) => texts(at(entry.props, "loggingConfig", "enableComponents")).includes("WORKLOADS"));
  return [addon, google].find((entry) => entry !== undefined && isAbout(entry, cluster, view))?.id;
}

/** The collector's chart runs a deployment that only receives where it is not told to read the nodes' files. */
function readsLogs({ chart, values }: Release): boolean {
  if (chart !== "opentelemetry-collector") return true;
  return (
    text(values.mode) === "daemonset" &&
    (at(values, "presets", "logsCollection", "enabled") === true ||
      Object.keys(record(at(values, "config", "receivers"))).some((name) => /^file_?log/.test(name)))
  );
}

/** Whether a cloud's own feature is one of this cluster: of several, by the first part of their names. */
function isAbout({ name }: CloudResource, cluster: string, view: PlatformView): boolean {
  const stem = (whole: string): string => whole.replace(/-[^-]*$/, "");
  return view.ofType(EKS, GKE).length < 2 || (cluster !== "" && name.startsWith(stem(cluster)));
}

export interface Release {
  readonly cluster: string | undefined;
  /** Name of the chart without its repository, and of the release. */
  readonly chart: string;
  readonly name: string;
  /** Both, for people and for patterns. */
  readonly title: string;
  readonly namespace: string;
  readonly values: Plain;
}

/** Helm releases of the program; their children are invisible before the deployment. */
export function releases(view: PlatformView): readonly Release[] {
  return view.once("releases", () =>
    view.ofType("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart").map((release) => ({
      cluster: release.cluster,
      chart: (text(release.props.chart) ?? "").split("/").at(-1) ?? "",
      name: text(release.props.name) ?? release.name,
      title: `${text(release.props.chart) ?? ""} ${release.name}`,
      namespace: text(release.props.namespace) ?? "default",
      values: record(release.props.values),
    })),
  );
}

/** The releases of one cluster, and those of which no cluster is known. */
export function releasesOf(cluster: string, view: PlatformView): readonly Release[] {
  return releases(view).filter((release) => release.cluster === undefined || release.cluster === cluster);
}

/**
 * Whether somebody reads the monitors of a cluster: a Prometheus, its operator's object, a chart of such, or the cloud's
 * own. Undefined where the input shows no add-on at all: then the cluster's owner has them, or nobody.
 */
export function hasMetricsReader(cluster: string, view: PlatformView): boolean | undefined {
  return view.once(`metrics reader of ${cluster}`, () => {
    const installed = releasesOf(cluster, view);
    const objects = view.ofKind("Prometheus", "PrometheusAgent", "VMAgent", "OperatorConfig");
    const google = view
      .ofType(GKE)
      .filter((entry) => at(entry.props, "monitoringConfig", "managedPrometheus", "enabled") === true);
    if (objects.some((object) => object.cluster === cluster)) return true;
    if (installed.some(({ title }) => METRICS_READER.test(title))) return true;
    if (google.some((entry) => isAbout(entry, cluster, view))) return true;
    return installed.length > 0 ? false : undefined;
  });
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
