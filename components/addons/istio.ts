import type { AddonConfig } from "../../config/schema/addons.js";
import { type AddonContext, installChart, type Installed } from "./chart.js";

/** Port of the collector's OTLP receiver, to which the proxies send their spans. */
const otlpPort = 4317;

/** Values of chart `istiod`: two replicas, native sidecars, proxies that wait to serve and drain before they go. */
export function istiodValues(context: Pick<AddonContext, "config">): Readonly<Record<string, unknown>> {
  const { addons, observability } = context.config;
  return {
    autoscaleMin: 2,
    autoscaleMax: 5,
    // Sidecars as init containers that stay: with old-style ones, the service's waiting init containers have no
    // network (R2) and wait for ever.
    env: { ENABLE_NATIVE_SIDECARS: "true" },
    cni: { enabled: true },
    meshConfig: {
      accessLogFile: "/dev/stdout",
      accessLogEncoding: "JSON",
      enablePrometheusMerge: true,
      // Hosts outside the mesh stay reachable: the agent may call HTTPS services outside (R3).
      outboundTrafficPolicy: { mode: "ALLOW_ANY" },
      extensionProviders: [
        {
          name: "otel",
          opentelemetry: {
            service: `otel-collector.${addons.otelCollector.namespace}.svc.cluster.local`,
            port: otlpPort,
          },
        },
      ],
      defaultConfig: { holdApplicationUntilProxyStarts: true, terminationDrainDuration: "30s" },
    },
    global: {
      logAsJson: observability.logFormat === "json",
      proxy: {
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      },
    },
  };
}

/** Values of chart `cni`: the folder for binaries is found by the chart, which knows where each cloud keeps it. */
export const cniValues: Readonly<Record<string, unknown>> = {
  cniBinDir: "",
  // Clouds that reserve the node-critical priority for kube-system allow it elsewhere by a quota.
  resourceQuotas: { enabled: true, pods: 5000 },
};

/** Istio: CRDs, then the control plane and the CNI plugin, without which every pod would need NET_ADMIN. */
export function installIstio(context: AddonContext): Installed {
  const addon: AddonConfig = context.config.addons.istio;
  if (!addon.install) return [];
  const base = installChart(context, { addon, release: "istio-base", chart: "base", values: {} });
  const cni = installChart(context, {
    addon,
    release: "istio-cni",
    chart: "cni",
    values: cniValues,
    dependsOn: [base],
  });
  const istiod = installChart(context, {
    addon,
    release: "istiod",
    chart: "istiod",
    values: istiodValues(context),
    dependsOn: [cni],
  });
  if (!context.config.addons.istioGateway) return [istiod];
  const gateway = installChart(context, {
    addon,
    release: "istio-ingressgateway",
    chart: "gateway",
    // The Gateway of the routes selects `istio: ingressgateway`; the nginx controller stays the way in from outside.
    values: { service: { type: "ClusterIP" }, labels: { istio: "ingressgateway" } },
    dependsOn: [istiod],
  });
  return [gateway];
}
