import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { Observability } from "../../../components/observability/index.js";
import type { StackConfig } from "../../../config/schema/stack.js";
import { runOnTargets } from "../../support/platform-run.js";
import { regions, stackConfig } from "../../support/stack-config.js";

const component = "agent-platform:observability:Observability";
const run = async (config: StackConfig) =>
  await runOnTargets(config, (clusters) => {
    for (const cluster of clusters) {
      new Observability(`${cluster.key}-observability`, { cluster, config, addonsReady: [] });
    }
  });

describe("observability of one region", () => {
  const config = stackConfig({ regions: [regions.eksEast] });

  it("registers exactly these resources", async () => {
    const { below } = await run(config);
    const monitoring = "kubernetes:monitoring.coreos.com/v1";
    assert.deepEqual(
      below(component)
        .map(({ type, name }) => `${type} ${name.replace("us-east-1-observability-", "")}`)
        .sort(),
      [
        "kubernetes:core/v1:ConfigMap dashboard-agent-data",
        "kubernetes:core/v1:ConfigMap dashboard-agent-error-budget",
        "kubernetes:core/v1:ConfigMap dashboard-agent-regions",
        "kubernetes:core/v1:ConfigMap dashboard-agent-rollout",
        "kubernetes:core/v1:ConfigMap dashboard-agent-service",
        "kubernetes:core/v1:Secret alertmanager",
        `${monitoring}:PodMonitor podmonitor-agent`,
        `${monitoring}:PodMonitor podmonitor-argo-rollouts`,
        `${monitoring}:PodMonitor podmonitor-cert-manager`,
        `${monitoring}:PodMonitor podmonitor-cloudnative-pg`,
        `${monitoring}:PodMonitor podmonitor-ingress`,
        `${monitoring}:PodMonitor podmonitor-istiod`,
        `${monitoring}:PodMonitor podmonitor-otel-collector`,
        `${monitoring}:PodMonitor podmonitor-postgres`,
        `${monitoring}:PodMonitor podmonitor-redis`,
        `${monitoring}:PodMonitor podmonitor-vector`,
        `${monitoring}:Probe probe-dns-answer`,
        `${monitoring}:Probe probe-region-health-us-east-1`,
        `${monitoring}:PrometheusRule prometheusrule-agent-platform`,
      ],
    );
  });

  it("makes objects that the operator's schemas accept", async () => {
    const models = await import("@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1");
    const { below } = await run(config);
    const objects = below(component).filter(({ type }) => type.includes("monitoring.coreos.com"));
    for (const { inputs, name } of objects) {
      const kind = String(inputs.kind) as "PodMonitor" | "Probe" | "PrometheusRule";
      const Model = models[kind];
      assert.doesNotThrow(() => new Model(structuredClone(inputs) as never).validate(), name);
    }
    assert.throws(() => new models.PodMonitor({ spec: { selector: 1 } } as never).validate());
  });

  it("keeps receivers' URLs in a secret that Alertmanager can parse", async () => {
    const hook = "https://hooks.example.com/t0ken";
    const alerting = {
      receivers: [{ name: "oncall", webhookUrl: hook }],
      routing: { critical: "oncall", warning: "oncall", info: "oncall" },
    };
    const { get, below } = await run(stackConfig({ regions: [regions.eksEast], observability: { alerting } }));
    const secret = get("kubernetes:core/v1:Secret", "us-east-1-observability-alertmanager");
    assert.ok(secret.secretPaths.length > 0);
    const text = (secret.inputs.stringData as Record<string, string>)["alertmanager.yaml"];
    const { receivers } = parse(text ?? "") as { receivers: object[] };
    assert.deepEqual(receivers, [
      { name: "oncall", webhook_configs: [{ url: hook, send_resolved: true }] },
      { name: "(nobody)" },
    ]);
    for (const { inputs, urn } of below(component).filter((resource) => resource.urn !== secret.urn)) {
      assert.ok(!JSON.stringify(inputs).includes("t0ken"), urn);
    }
  });

  it("tells the own region from the others in each cluster's rules", async () => {
    const { get } = await run(stackConfig());
    const expr = (key: string): string => {
      const { inputs } = get(
        "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
        `${key}-observability-prometheusrule-agent-platform`,
      );
      const { groups } = inputs.spec as { groups: { rules: { alert?: string; expr: string }[] }[] };
      return groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === "RegionDown")?.expr ?? "";
    };
    assert.equal(expr("us-east-1"), 'probe_success{job="region-health",target_region="us-east-1"} == 0');
    assert.equal(expr("us-west1"), 'probe_success{job="region-health",target_region="us-west1"} == 0');
  });
});
