import type { StackConfig } from "../../config/schema/stack.js";
import { probeConfig } from "../observability/probes.js";
import { type AddonContext, installChart, type Installed } from "./chart.js";

/** Values of chart `prometheus-blackbox-exporter`: asks the regions and DNS from outside the service. */
export function blackboxValues(config: StackConfig): Readonly<Record<string, unknown>> {
  return {
    fullnameOverride: "blackbox-exporter",
    replicas: 2,
    config: probeConfig(config),
    securityContext: {
      runAsUser: 1000,
      runAsGroup: 1000,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
    resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "128Mi" } },
  };
}

/** Blackbox exporter, whose probes are the clusters' own view of each other and of DNS. */
export function installBlackboxExporter(context: AddonContext): Installed {
  const addon = context.config.addons.blackboxExporter;
  if (!addon.install) return [];
  return [
    installChart(context, {
      addon,
      release: "blackbox-exporter",
      chart: "prometheus-blackbox-exporter",
      values: blackboxValues(context.config),
    }),
  ];
}
