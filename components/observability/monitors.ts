import { managedStores } from "../../config/schema/data.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { agentLabels, marks } from "../contracts.js";
import { jobLabel } from "../data/network.js";
import { hasLease, leaseKeeperName } from "../failover/lease-keeper.js";
import type { SpecOf } from "../custom-resource-models.js";
import { planProbes } from "./probes.js";

export const agentJob = "agent";
export const certificateJob = "cert-manager";

/** Something to scrape: pods by label, at a port of theirs. */
export interface ScrapeTarget {
  /** Value of label `job` of all its series. */
  readonly job: string;
  readonly namespace: string;
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Name of the container port. */
  readonly port: string;
  /** Scrape another port of the same pod, which no container declares. */
  readonly instead?: number;
  readonly path?: string;
  /** Pod labels that become labels of the series where the target has none of that name. */
  readonly podLabels?: readonly string[];
  /** Whether the series speak of other objects: then their own labels win over those of the pod that exports them. */
  readonly speaksOfOthers?: boolean;
}

/** The proxy's port with the metrics of proxy and application together; open to plain scrapes under strict mTLS. */
const mergedMetricsPort = 15020;

function platformTargets({ addons, observability }: StackConfig): ScrapeTarget[] {
  const chart = (name: string) => ({ "app.kubernetes.io/name": name });
  return [
    {
      job: "ingress",
      namespace: addons.ingress.namespace,
      matchLabels: chart("nginx-ingress"),
      port: "prometheus",
    },
    { job: "istiod", namespace: addons.istio.namespace, matchLabels: { app: "istiod" }, port: "http-monitoring" },
    {
      job: certificateJob,
      namespace: addons.certManager.namespace,
      matchLabels: { ...chart("cert-manager"), "app.kubernetes.io/component": "controller" },
      port: "http-metrics",
      speaksOfOthers: true,
    },
    {
      job: "argo-rollouts",
      namespace: addons.argoRollouts.namespace,
      matchLabels: chart("argo-rollouts"),
      port: "metrics",
      speaksOfOthers: true,
    },
    {
      job: "cloudnative-pg",
      namespace: addons.cloudNativePg.namespace,
      matchLabels: chart("cloudnative-pg"),
      port: "metrics",
    },
    {
      job: "otel-collector",
      namespace: observability.namespace,
      matchLabels: chart("opentelemetry-collector"),
      port: "metrics",
    },
  ];
}

/** Everything of the platform's that is scraped, beside what the metrics stack brings (kubelet, kube-state-metrics). */
export function scrapeTargets(config: StackConfig): ScrapeTarget[] {
  const { namespace } = config.agent;
  return [
    {
      job: agentJob,
      namespace,
      matchLabels: { ...agentLabels },
      // The proxy's own port finds the pods; the merged port beside it has the service's metrics.
      port: "http-envoy-prom",
      instead: mergedMetricsPort,
      path: "/stats/prometheus",
      podLabels: ["version"],
      speaksOfOthers: true,
    },
    ...managedStores(config.data).map((store) => ({
      job: store,
      namespace,
      matchLabels: { [marks.store]: store },
      port: "metrics",
    })),
    ...(hasLease(config)
      ? [{ job: leaseKeeperName, namespace, matchLabels: { [jobLabel]: leaseKeeperName }, port: "health" }]
      : []),
    ...platformTargets(config),
  ];
}

/** Jobs that must be there: what is scraped, what the metrics stack scrapes for the alerts, and the probes. */
export function monitoredJobs(config: StackConfig): string[] {
  const probes = planProbes(config).map(({ labels }) => labels.job);
  return [...scrapeTargets(config).map(({ job }) => job), "kube-state-metrics", "kubelet", ...new Set(probes)];
}

function relabelings({ job, instead, podLabels = [] }: ScrapeTarget): object[] {
  return [
    { action: "replace", targetLabel: "job", replacement: job },
    ...(instead === undefined
      ? []
      : [
          {
            action: "replace",
            sourceLabels: ["__meta_kubernetes_pod_ip"],
            targetLabel: "__address__",
            replacement: `$1:${instead}`,
          },
        ]),
    ...podLabels.map((label) => ({
      action: "replace",
      sourceLabels: [`__meta_kubernetes_pod_label_${label}`],
      targetLabel: label,
    })),
  ];
}

/** Spec of a PodMonitor; labels that the application sets itself win over those of its pod. */
export function podMonitorSpec(target: ScrapeTarget, intervalSeconds: number) {
  const { namespace, matchLabels, port, path } = target;
  return {
    namespaceSelector: { matchNames: [namespace] },
    selector: { matchLabels: { ...matchLabels } },
    podMetricsEndpoints: [
      {
        port,
        path: path ?? "/metrics",
        interval: `${intervalSeconds}s`,
        honorLabels: target.speaksOfOthers === true,
        relabelings: relabelings(target),
      },
    ],
  } satisfies SpecOf<"monitoring.coreos.com/v1/PodMonitor">;
}
