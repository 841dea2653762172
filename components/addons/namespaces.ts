import * as k8s from "@pulumi/kubernetes";
import type { AddonsConfig } from "../../config/schema/addons.js";
import type { AddonContext } from "./chart.js";

/** The add-ons, in the order in which docs and outputs list them. */
export const addonNames = [
  "istio",
  "ingress",
  "certManager",
  "argoRollouts",
  "cloudNativePg",
  "barmanPlugin",
  "prometheus",
  "prometheusAdapter",
  "blackboxExporter",
  "otelCollector",
] as const;
export type AddonName = (typeof addonNames)[number];

export interface NamespacePlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

// Istio's CNI agent writes to the node, and the collector reads the nodes' log files: both need host paths.
const needsHostPaths: readonly AddonName[] = ["istio", "otelCollector"];

/**
 * One namespace for all add-ons that share it; none where one of them is preinstalled, because then it exists. What
 * enters by the ingress controller must be in the mesh, or the split of traffic would not apply to it.
 */
export function planNamespaces(addons: AddonsConfig): NamespacePlan[] {
  const names = [...new Set(addonNames.map((addon) => addons[addon].namespace))];
  return names.flatMap((name) => {
    const tenants = addonNames.filter((addon) => addons[addon].namespace === name);
    if (tenants.some((addon) => !addons[addon].install)) return [];
    const level = tenants.some((addon) => needsHostPaths.includes(addon)) ? "privileged" : "restricted";
    return [
      {
        name,
        labels: {
          "app.kubernetes.io/managed-by": "agent-platform",
          "pod-security.kubernetes.io/enforce": level,
          "pod-security.kubernetes.io/warn": "restricted",
          ...(tenants.includes("ingress") ? { "istio-injection": "enabled" } : {}),
        },
      },
    ];
  });
}

/** The namespaces by name. */
export function createNamespaces(context: Omit<AddonContext, "namespaces">): AddonContext["namespaces"] {
  const { name, cluster, parent, config } = context;
  const namespaces = planNamespaces(config.addons).map((plan) => [
    plan.name,
    new k8s.core.v1.Namespace(
      `${name}-namespace-${plan.name}`,
      { metadata: { name: plan.name, labels: { ...plan.labels } } },
      { parent, provider: cluster.provider, dependsOn: [...cluster.ready] },
    ),
  ]);
  return Object.fromEntries(namespaces) as AddonContext["namespaces"];
}
