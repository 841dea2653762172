import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { StackConfig } from "../../config/schema/stack.js";
import { alertmanagerSecret } from "../addons/prometheus.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { createCustomResource } from "../custom-resource.js";
import type { CustomResourceKind, SpecOf } from "../custom-resource-models.js";
import { alertmanagerConfig } from "./alertmanager.js";
import { grafanaDashboard } from "./dashboards/panel.js";
import { dashboards } from "./dashboards/table.js";
import { podMonitorSpec, scrapeTargets } from "./monitors.js";
import { planProbes, probeSpec } from "./probes.js";
import { ruleSpec } from "./rules.js";

export interface ObservabilityArgs {
  readonly cluster: ClusterTarget;
  readonly config: StackConfig;
  /** Add-ons with the custom resources that are used here, and the namespace. */
  readonly addonsReady: readonly pulumi.Resource[];
}

const labels = { "app.kubernetes.io/part-of": "agent-platform" } as const;

/** What watches one region: what is scraped and probed, the rules, who is told, and the dashboards. */
export class Observability extends pulumi.ComponentResource {
  private readonly options: pulumi.CustomResourceOptions;
  private readonly namespace: string;

  constructor(
    private readonly name: string,
    args: ObservabilityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("agent-platform:observability:Observability", name, {}, opts);
    this.namespace = args.config.observability.namespace;
    this.options = { parent: this, provider: args.cluster.provider, dependsOn: [...args.addonsReady] };
    this.createMonitors(args);
    this.createProbes(args.config);
    this.createRules(args);
    this.createAlertmanagerConfig(args.config);
    this.createDashboards(args.config);
    this.registerOutputs({});
  }

  private createMonitors({ config, cluster }: ObservabilityArgs): void {
    for (const target of [...scrapeTargets(config), ...(cluster.scraped ?? [])]) {
      const spec = podMonitorSpec(target, config.observability.scrapeIntervalSeconds);
      this.createObject("monitoring.coreos.com/v1/PodMonitor", target.job, spec);
    }
  }

  private createProbes(config: StackConfig): void {
    for (const probe of planProbes(config)) {
      this.createObject("monitoring.coreos.com/v1/Probe", probe.name, probeSpec(probe, config));
    }
  }

  private createRules({ config, cluster }: ObservabilityArgs): void {
    const spec = ruleSpec({ config, regionKey: cluster.key });
    this.createObject("monitoring.coreos.com/v1/PrometheusRule", "agent-platform", spec);
  }

  private createObject<Kind extends CustomResourceKind>(kind: Kind, object: string, spec: SpecOf<Kind>): void {
    createCustomResource(
      `${this.name}-${kind.slice(kind.lastIndexOf("/") + 1).toLowerCase()}-${object}`,
      { kind, name: object, namespace: this.namespace, labels, spec },
      this.options,
    );
  }

  /** A Secret, because receivers' URLs may carry tokens. */
  private createAlertmanagerConfig(config: StackConfig): void {
    new k8s.core.v1.Secret(
      `${this.name}-alertmanager`,
      {
        metadata: { name: alertmanagerSecret, namespace: this.namespace, labels },
        stringData: { "alertmanager.yaml": pulumi.secret(stringify(alertmanagerConfig(config))) },
      },
      this.options,
    );
  }

  private createDashboards(config: StackConfig): void {
    for (const dashboard of dashboards(config)) {
      new k8s.core.v1.ConfigMap(
        `${this.name}-dashboard-${dashboard.uid}`,
        {
          metadata: {
            name: `dashboard-${dashboard.uid}`,
            namespace: this.namespace,
            labels: { ...labels, grafana_dashboard: "1" },
          },
          data: { [`${dashboard.uid}.json`]: JSON.stringify(grafanaDashboard(dashboard), undefined, 2) },
        },
        this.options,
      );
    }
  }
}
