import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { budgetDays } from "../observability/slo.js";
import { type AddonContext, foundation, installChart, type Installed } from "./chart.js";

/** Port of Prometheus, and of the alias Services before it. */
export const prometheusPort = 9090;
/** Name under which the analysis asks Prometheus (R6), in Prometheus' namespace and in the rollout controller's. */
export const prometheusService = "prometheus";
/** Secret with Alertmanager's configuration, made by the observability component. */
export const alertmanagerSecret = "alertmanager-platform";
const grafanaSecret = "grafana-admin";
/** What the error budget is computed over, and five days more for looking back at its end. */
const retentionDays = budgetDays + 5;

const selectEverything = {
  serviceMonitorSelectorNilUsesHelmValues: false,
  podMonitorSelectorNilUsesHelmValues: false,
  ruleSelectorNilUsesHelmValues: false,
  probeSelectorNilUsesHelmValues: false,
  scrapeConfigSelectorNilUsesHelmValues: false,
};

function volume(storageClass: string, storage: string): Readonly<Record<string, unknown>> {
  return {
    volumeClaimTemplate: {
      spec: { storageClassName: storageClass, accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    },
  };
}

/** Values of chart `kube-prometheus-stack`: two of each, 35 days, everything selected, no agent on the nodes. */
export function prometheusValues({ cluster, config }: Pick<AddonContext, "cluster" | "config">) {
  const interval = `${config.observability.scrapeIntervalSeconds}s`;
  return {
    fullnameOverride: "platform",
    crds: { enabled: true },
    // The clouds watch their nodes; volumes, containers and pods are in the kubelet's and kube-state-metrics' series.
    nodeExporter: { enabled: false },
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeEtcd: { enabled: false },
    kubeProxy: { enabled: false },
    prometheus: {
      prometheusSpec: {
        ...selectEverything,
        replicas: 2,
        retention: `${retentionDays}d`,
        scrapeInterval: interval,
        evaluationInterval: interval,
        externalLabels: { cluster: cluster.key, region: cluster.region },
        replicaExternalLabelName: "prometheus_replica",
        enableRemoteWriteReceiver: false,
        storageSpec: volume(cluster.storageClass, "100Gi"),
        resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { memory: "4Gi" } },
      },
    },
    alertmanager: {
      alertmanagerSpec: {
        replicas: 2,
        useExistingSecret: true,
        configSecret: alertmanagerSecret,
        storage: volume(cluster.storageClass, "5Gi"),
      },
    },
    grafana: {
      admin: { existingSecret: grafanaSecret, userKey: "admin-user", passwordKey: "admin-password" },
      defaultDashboardsEnabled: true,
      sidecar: { dashboards: { enabled: true, label: "grafana_dashboard", labelValue: "1" } },
    },
    "kube-state-metrics": {
      // Which version runs, and which rollout a pod belongs to, are labels.
      metricLabelsAllowlist: ["pods=[app,component,version]"],
    },
  };
}

/** Grafana's password: made by the program, encrypted in the state; the chart's own would be the same everywhere. */
function createGrafanaSecret(context: AddonContext): k8s.core.v1.Secret {
  const { name, cluster, config, parent } = context;
  const password = new random.RandomPassword(`${name}-grafana`, { length: 32, special: false }, { parent });
  return new k8s.core.v1.Secret(
    `${name}-grafana-admin`,
    {
      metadata: { name: grafanaSecret, namespace: config.addons.prometheus.namespace },
      stringData: { "admin-user": "admin", "admin-password": pulumi.secret(password.result) },
    },
    { parent, provider: cluster.provider, dependsOn: [...foundation(context, config.addons.prometheus.namespace)] },
  );
}

/** `http://prometheus:9090` in Prometheus' own namespace, and in the rollout controller's, which asks by that name. */
function createAliases(context: AddonContext): Installed {
  const { name, cluster, config, parent } = context;
  const home = config.addons.prometheus.namespace;
  const asking = config.addons.argoRollouts.namespace;
  const within = (namespace: string): pulumi.CustomResourceOptions => ({
    parent,
    provider: cluster.provider,
    dependsOn: [...foundation(context, namespace)],
  });
  const ports = [{ name: "http-web", port: prometheusPort, targetPort: prometheusPort, protocol: "TCP" }];
  const direct = new k8s.core.v1.Service(
    `${name}-prometheus-alias`,
    {
      metadata: { name: prometheusService, namespace: home },
      spec: {
        type: "ClusterIP",
        selector: { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "platform-prometheus" },
        ports,
      },
    },
    within(home),
  );
  if (asking === home) return [direct];
  const remote = new k8s.core.v1.Service(
    `${name}-prometheus-alias-${asking}`,
    {
      metadata: { name: prometheusService, namespace: asking },
      spec: { type: "ExternalName", externalName: `${prometheusService}.${home}.svc.cluster.local`, ports },
    },
    within(asking),
  );
  return [direct, remote];
}

/** Prometheus with its operator, Alertmanager, Grafana and kube-state-metrics. */
export function installPrometheus(context: AddonContext): Installed {
  const addon = context.config.addons.prometheus;
  if (!addon.install) return [];
  const grafana = createGrafanaSecret(context);
  const aliases = createAliases(context);
  const release = installChart(context, {
    addon,
    release: "kube-prometheus-stack",
    chart: "kube-prometheus-stack",
    values: prometheusValues(context),
    timeoutSeconds: 900,
    dependsOn: [grafana],
  });
  return [...aliases, release];
}
