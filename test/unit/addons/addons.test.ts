import { strict as assert } from "node:assert";
import { notificationValues } from "../../../components/addons/argo-rollouts.js";
import { challengePolicy, solver } from "../../../components/addons/cert-manager.js";
import { chartLocation } from "../../../components/addons/chart.js";
import { ingressValues } from "../../../components/addons/ingress.js";
import { istiodValues } from "../../../components/addons/istio.js";
import { planNamespaces } from "../../../components/addons/namespaces.js";
import { collectorConfig, exporters } from "../../../components/addons/otel-collector.js";
import { adapterRules } from "../../../components/addons/prometheus-adapter.js";
import { stackConfig } from "../../support/stack-config.js";

describe("charts", () => {
  it("come from a repository, a registry or a folder", () => {
    assert.deepEqual(chartLocation("https://charts.example.com", "base"), {
      chart: "base",
      repositoryOpts: { repo: "https://charts.example.com" },
    });
    assert.deepEqual(chartLocation("oci://registry.example.com/charts/", "base"), {
      chart: "oci://registry.example.com/charts/base",
    });
    assert.deepEqual(chartLocation("./charts", "base"), { chart: "./charts/base" });
  });
});

describe("add-on namespaces", () => {
  const config = stackConfig().addons;

  it("are made once each, with the strictest level that their tenants can live with", () => {
    assert.deepEqual(
      planNamespaces(config).map(({ name, labels }) => [name, labels["pod-security.kubernetes.io/enforce"]]),
      [
        ["istio-system", "privileged"],
        ["nginx-ingress", "restricted"],
        ["cert-manager", "restricted"],
        ["argo-rollouts", "restricted"],
        ["cnpg-system", "restricted"],
        ["observability", "privileged"],
      ],
    );
  });

  it("put the ingress controller, and nothing else, into the mesh", () => {
    const meshed = planNamespaces(config).filter(({ labels }) => labels["istio-injection"] === "enabled");
    assert.deepEqual(
      meshed.map(({ name }) => name),
      ["nginx-ingress"],
    );
  });

  it("are not made where an add-on in them is preinstalled", () => {
    const { addons } = stackConfig({ addons: { istio: { install: false }, barmanPlugin: { install: false } } });
    const names = planNamespaces(addons).map(({ name }) => name);
    assert.ok(!names.includes("istio-system") && !names.includes("cnpg-system"));
    assert.equal(names.length, 4);
  });
});

describe("Istio", () => {
  it("runs sidecars natively, with the CNI plugin and without a wait for the proxy to be forgotten", () => {
    const values = istiodValues({ config: stackConfig() });
    assert.deepEqual(values.env, { ENABLE_NATIVE_SIDECARS: "true" });
    assert.deepEqual(values.cni, { enabled: true });
    assert.equal((values.meshConfig as { enablePrometheusMerge: boolean }).enablePrometheusMerge, true);
  });
});

describe("ingress controller", () => {
  const { controller } = ingressValues(stackConfig()) as { controller: Record<string, unknown> };

  it("serves class nginx from three pods behind a Service that is not the chart's", () => {
    assert.deepEqual(controller.ingressClass, { name: "nginx", create: true, setAsDefaultIngress: false });
    assert.equal(controller.replicaCount, 3);
    assert.deepEqual(controller.service, { create: false });
    assert.deepEqual(controller.reportIngressStatus, { enable: true, externalService: "nginx-ingress-public" });
  });

  it("takes what comes from outside past the proxy, and sends through it", () => {
    assert.deepEqual(controller.pod, { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "" } });
  });

  it("allows no configuration snippets, by which an Ingress could read the controller's secrets", () => {
    assert.equal(controller.enableSnippets, false);
  });
});

describe("certificate issuer", () => {
  const config = stackConfig();
  const issuer = async (solvers: unknown) => {
    const { ClusterIssuer } = await import("@kubernetes-models/cert-manager/cert-manager.io/v1");
    return new ClusterIssuer({
      metadata: { name: "letsencrypt-prod" },
      spec: {
        acme: {
          server: config.addons.acmeServer,
          email: config.addons.acmeEmail,
          privateKeySecretRef: { name: "letsencrypt-prod-account" },
          solvers: [solvers as object],
        },
      },
    });
  };

  it("answers by DNS with a role where AWS trusts the cluster, else with a stored key", async () => {
    const zone = { zoneId: "Z1", zone: "example.com" };
    const byRole = solver(config, zone, "arn:aws:iam::1:role/r");
    assert.deepEqual(byRole, {
      selector: { dnsZones: ["example.com"] },
      dns01: {
        route53: {
          region: "us-east-1",
          hostedZoneID: "Z1",
          role: "arn:aws:iam::1:role/r",
          auth: { kubernetes: { serviceAccountRef: { name: "cert-manager-dns01" } } },
        },
      },
    });
    const byKey = solver(config, zone, undefined);
    assert.ok(JSON.stringify(byKey).includes('"accessKeyIDSecretRef":{"name":"route53-credentials"'));
    for (const solvers of [byRole, byKey, solver(config, undefined, undefined)]) (await issuer(solvers)).validate();
    const wrong = await issuer({ dns01: { route53: { hostedZoneID: 1 } } });
    assert.throws(() => wrong.validate());
  });

  it("answers by HTTP only where the zone is not ours", () => {
    assert.deepEqual(solver(config, undefined, undefined), { http01: { ingress: { ingressClassName: "nginx" } } });
  });

  it("may write challenge records in its zone and nothing else", () => {
    const { Statement } = JSON.parse(challengePolicy("Z1")) as { Statement: { Action: string; Resource: string }[] };
    assert.deepEqual(
      Statement.map(({ Action, Resource }) => [Action, Resource]),
      [
        ["route53:GetChange", "arn:aws:route53:::change/*"],
        ["route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1"],
        ["route53:ListResourceRecordSets", "arn:aws:route53:::hostedzone/Z1"],
      ],
    );
    assert.match(challengePolicy("Z1"), /"route53:ChangeResourceRecordSetsRecordTypes":\["TXT"\]/);
  });
});

describe("rollout notifications", () => {
  const values = (notifications: object) =>
    notificationValues(stackConfig({ delivery: { notifications } }).delivery.notifications);

  it("are none where nobody is to be told", () => {
    assert.deepEqual(values({}), { configmap: { create: false }, secret: { create: false } });
  });

  it("warn all recipients of an abort and of a failed analysis, and name the deployment", () => {
    const all = values({
      webhookUrl: "https://hooks.example.com/t0ken",
      slackChannel: "ops",
      email: "a@example.com",
      smtp: { host: "mail.example.com", from: "b@example.com" },
    });
    assert.match((all.notifiers as Record<string, string>)["service.email"] ?? "", /^port: 587$/m);
    assert.deepEqual(all.subscriptions, [
      {
        recipients: ["platform", "slack:ops", "email:a@example.com"],
        triggers: ["on-rollout-aborted", "on-analysis-run-failed", "on-analysis-run-error"],
      },
    ]);
    assert.deepEqual(
      (all.triggers as Record<string, string>)["trigger.on-rollout-aborted"],
      "- send: [rollout-aborted]\n",
    );
    const text = (all.templates as Record<string, string>)["template.rollout-aborted"];
    assert.match(
      text ?? "",
      /Warning: deployment \{\{\.rollout\.metadata\.namespace\}\}\/\{\{\.rollout\.metadata\.name\}\}/,
    );
  });

  it("keep the webhook's URL out of the ConfigMap", () => {
    assert.ok(!JSON.stringify(values({ webhookUrl: "https://hooks.example.com/t0ken" })).includes("t0ken"));
  });
});

describe("metrics adapter", () => {
  it("serves the queue length of the agent's pods, once for both Prometheus replicas", () => {
    assert.deepEqual(adapterRules({ namespace: "agent-memory" }), [
      {
        seriesQuery: 'agent_request_queue_length{namespace="agent-memory",pod!=""}',
        resources: { overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } } },
        name: { matches: "^agent_request_queue_length$", as: "agent_request_queue_length" },
        metricsQuery: "max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
      },
    ]);
  });
});

describe("collector", () => {
  it("exports to the configured back end, else to its own log", () => {
    assert.deepEqual(exporters(stackConfig().observability).names, ["debug"]);
    const to = exporters(stackConfig({ observability: { export: { endpoint: "tempo:4317" } } }).observability);
    assert.deepEqual(to.names, ["otlp"]);
    assert.equal((to.exporters.otlp as { endpoint: string }).endpoint, "tempo:4317");
  });

  it("limits memory before all else in every pipeline", () => {
    const { service } = collectorConfig(stackConfig()) as {
      service: { pipelines: Record<string, { processors: string[] }> };
    };
    assert.deepEqual(Object.keys(service.pipelines).sort(), ["logs", "metrics", "traces"]);
    for (const { processors } of Object.values(service.pipelines)) assert.equal(processors[0], "memory_limiter");
  });
});
