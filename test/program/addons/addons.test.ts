import { strict as assert } from "node:assert";
import { AddOns } from "../../../components/addons/index.js";
import { addonNames } from "../../../components/addons/namespaces.js";
import type { StackConfig } from "../../../config/schema/stack.js";
import { runOnTargets, type PlatformRun } from "../../support/platform-run.js";
import { regions, stackConfig } from "../../support/stack-config.js";

const component = "agent-platform:addons:AddOns";
const release = "kubernetes:helm.sh/v3:Release";
const eks = { regions: [regions.eksEast] };

async function run(config: StackConfig, outputsKnown = true): Promise<PlatformRun> {
  return await runOnTargets(
    config,
    (clusters) => {
      for (const cluster of clusters) {
        new AddOns(`addons-${cluster.key}`, { cluster, config, zone: { zoneId: "Z1", zone: "example.com" } });
      }
    },
    outputsKnown,
  );
}

const names = (of: PlatformRun): string[] =>
  of
    .below(component)
    .map(({ type, name }) => `${type} ${name.replace("addons-us-east-1-", "")}`)
    .sort();

describe("add-ons of one region", () => {
  it("registers exactly these resources, known outputs or not", async () => {
    const known = await run(stackConfig(eks));
    assert.deepEqual(names(known), [
      "aws:iam/role:Role dns01-role",
      "aws:iam/rolePolicy:RolePolicy dns01-role",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch serviceexports",
      "kubernetes:cert-manager.io/v1:ClusterIssuer issuer",
      "kubernetes:core/v1:Namespace namespace-argo-rollouts",
      "kubernetes:core/v1:Namespace namespace-cert-manager",
      "kubernetes:core/v1:Namespace namespace-cnpg-system",
      "kubernetes:core/v1:Namespace namespace-istio-system",
      "kubernetes:core/v1:Namespace namespace-nginx-ingress",
      "kubernetes:core/v1:Namespace namespace-observability",
      "kubernetes:core/v1:Secret grafana-admin",
      "kubernetes:core/v1:Service ingress-service",
      "kubernetes:core/v1:Service prometheus-alias",
      "kubernetes:core/v1:Service prometheus-alias-argo-rollouts",
      "kubernetes:core/v1:ServiceAccount dns01",
      `${release} argo-rollouts`,
      `${release} blackbox-exporter`,
      `${release} cert-manager`,
      `${release} cloudnative-pg`,
      `${release} istio-base`,
      `${release} istio-cni`,
      `${release} istiod`,
      `${release} kube-prometheus-stack`,
      `${release} nginx-ingress`,
      `${release} otel-collector`,
      `${release} plugin-barman-cloud`,
      `${release} prometheus-adapter`,
      "kubernetes:rbac.authorization.k8s.io/v1:Role dns01",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding dns01",
      "random:index/randomPassword:RandomPassword grafana",
    ]);
    assert.deepEqual(names(await run(stackConfig(eks), false)), names(known));
  });

  it("pins every chart, rolls a failed installation back, and creates no namespace on the side", async () => {
    const { below } = await run(stackConfig(eks));
    for (const { inputs, name } of below(component).filter(({ type }) => type === release)) {
      assert.match(String(inputs.version), /^v?\d+\.\d+\.\d+$/, name);
      assert.deepEqual([inputs.atomic, inputs.createNamespace], [true, false], name);
    }
  });

  it("makes CRDs and webhooks before their consumers", async () => {
    const { below, resources } = await run(stackConfig(eks));
    const waitsFor = (urn: string, need: string): boolean =>
      resources
        .find((resource) => resource.urn === urn)
        ?.dependencies.some((one) => one === need || waitsFor(one, need)) === true;
    const of = (name: string) => {
      const found = below(component).find((resource) => resource.name === `addons-us-east-1-${name}`);
      assert.ok(found, name);
      return found;
    };
    const needs: readonly [string, string][] = [
      ["istiod", "istio-base"],
      ["istiod", "istio-cni"],
      ["nginx-ingress", "istiod"],
      ["issuer", "cert-manager"],
      ["plugin-barman-cloud", "cloudnative-pg"],
      ["plugin-barman-cloud", "cert-manager"],
      ["prometheus-adapter", "kube-prometheus-stack"],
    ];
    for (const [consumer, need] of needs) {
      assert.ok(waitsFor(of(consumer).urn, of(need).urn), `${consumer} after ${need}`);
    }
  });

  it("takes charts from a mirror", async () => {
    const { get } = await run(
      stackConfig({ ...eks, addons: { istio: { repository: "http://127.0.0.1:5000/charts" } } }),
    );
    assert.deepEqual(get(release, "addons-us-east-1-istiod").inputs.repositoryOpts, {
      repo: "http://127.0.0.1:5000/charts",
    });
  });

  it("leaves every add-on alone that is preinstalled", async () => {
    const preinstalled = [...addonNames, "multiclusterApi"].map((name) => [name, { install: false }]);
    const { below } = await run(stackConfig({ ...eks, addons: Object.fromEntries(preinstalled) as object }));
    assert.deepEqual(below(component), []);
  });

  it("keeps Grafana's password and the webhook's URL secret", async () => {
    const config = stackConfig({
      ...eks,
      delivery: { notifications: { webhookUrl: "https://hooks.example.com/t0ken" } },
    });
    const { get, below } = await run(config);
    assert.ok(get("kubernetes:core/v1:Secret", "addons-us-east-1-grafana-admin").secretPaths.length > 0);
    const hook = get("kubernetes:core/v1:Secret", "addons-us-east-1-rollout-notifications");
    assert.ok(hook.secretPaths.length > 0);
    for (const resource of below(component).filter(({ urn }) => urn !== hook.urn)) {
      assert.ok(!JSON.stringify(resource.inputs).includes("t0ken"), resource.name);
    }
  });
});

describe("add-ons by cluster", () => {
  it("publish the ingress by what the cluster's load balancers are", async () => {
    const { get } = await run(stackConfig());
    const service = (key: string) => get("kubernetes:core/v1:Service", `addons-${key}-ingress-service`).inputs;
    const spec = (key: string) => service(key).spec as { type: string; externalTrafficPolicy?: string };
    assert.deepEqual([spec("us-east-1").type, spec("us-west1").type], ["LoadBalancer", "LoadBalancer"]);
    const { annotations } = service("us-east-1").metadata as { annotations: Record<string, string> };
    assert.equal(annotations["example.com/aws"], "balanced");
  });

  it("let cert-manager of either cloud answer challenges by a role in AWS", async () => {
    const { get } = await run(stackConfig());
    for (const key of ["us-east-1", "us-west1"]) {
      const { inputs } = get("aws:iam/role:Role", `addons-${key}-dns01-role`);
      assert.match(String(inputs.assumeRolePolicy), /system:serviceaccount:cert-manager:cert-manager-dns01/);
    }
  });

  it("bring the ServiceExport kind where no fleet does, over one that is there already", async () => {
    const gkeEast = { ...regions.gkeWest, key: "us-east1", region: "us-east1", role: "primary" };
    const crds = async (config: StackConfig) =>
      (await run(config)).below(component).filter(({ inputs }) => inputs.kind === "CustomResourceDefinition");
    const plain = await crds(stackConfig());
    assert.deepEqual(
      plain.map(({ name }) => name),
      ["addons-us-east-1-serviceexports", "addons-us-west1-serviceexports"],
    );
    // A patch is applied: it creates what is missing and takes over what is equal.
    assert.ok(plain.every(({ type, retainOnDelete }) => type.endsWith("Patch") && retainOnDelete));
    assert.deepEqual(await crds(stackConfig({ regions: [gkeEast, regions.gkeWest] })), []);
  });
});
