import { type AddonContext, installChart, type Installed } from "./chart.js";

/** Values of chart `cloudnative-pg`. */
export const cloudNativePgValues: Readonly<Record<string, unknown>> = {
  crds: { create: true },
  replicaCount: 2,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
};

/** Values of chart `plugin-barman-cloud`; its certificates come from cert-manager. */
export const barmanPluginValues: Readonly<Record<string, unknown>> = {
  crds: { create: true },
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
};

/** CloudNativePG, and the plugin that archives WAL and base backups. */
export function installCloudNativePg(context: AddonContext, certManager: Installed): Installed {
  const { cloudNativePg, barmanPlugin } = context.config.addons;
  const operator = cloudNativePg.install
    ? [
        installChart(context, {
          addon: cloudNativePg,
          release: "cloudnative-pg",
          chart: "cloudnative-pg",
          values: cloudNativePgValues,
        }),
      ]
    : [];
  if (!barmanPlugin.install) return operator;
  const plugin = installChart(context, {
    addon: barmanPlugin,
    release: "plugin-barman-cloud",
    chart: "plugin-barman-cloud",
    values: barmanPluginValues,
    dependsOn: [...operator, ...certManager],
  });
  return [plugin];
}
