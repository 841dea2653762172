import { strict as assert } from "node:assert";
import { denyAllSpec, networkPolicySpec, type NetworkPolicyArgs } from "../../../components/agent/network-policy.js";

const args: NetworkPolicyArgs = {
  stores: [
    { store: "postgres", host: "postgres-service", port: 5432, podLabels: { "agent-platform.io/store": "postgres" } },
    { store: "redis", host: "cache.example.com", port: 6379 },
  ],
  ingressNamespace: "nginx-ingress",
  observabilityNamespace: "observability",
  meshNamespace: "istio-system",
  telemetryPort: 4317,
  outboundHttps: true,
  podCidrs: ["10.0.0.0/16"],
};

const tcp = (port: number) => [{ protocol: "TCP", port }];
const namespace = (name: string) => [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }];
const agentPods = [{ podSelector: { matchLabels: { app: "agent-memory", component: "api" } } }];

describe("network policy (R3)", () => {
  const spec = networkPolicySpec(args);

  it("selects the agent's pods in both directions", () => {
    assert.deepEqual(spec.podSelector, { matchLabels: { app: "agent-memory", component: "api" } });
    assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"]);
  });

  it("lets in the ingress controller on 8080, the own pods on 9090, and scraping", () => {
    assert.deepEqual(spec.ingress, [
      { from: namespace("nginx-ingress"), ports: tcp(8080) },
      { from: agentPods, ports: tcp(9090) },
      { from: namespace("observability"), ports: [...tcp(8080), ...tcp(15020)] },
    ]);
  });

  it("lets out DNS, the stores, the own pods, telemetry, the mesh and outside HTTPS, and nothing else", () => {
    assert.deepEqual(spec.egress, [
      { to: namespace("kube-system"), ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)] },
      { to: [{ podSelector: { matchLabels: { "agent-platform.io/store": "postgres" } } }], ports: tcp(5432) },
      { ports: tcp(6379) },
      { to: agentPods, ports: tcp(9090) },
      { to: namespace("observability"), ports: tcp(4317) },
      { to: namespace("istio-system"), ports: tcp(15012) },
      { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32", "10.0.0.0/16"] } }], ports: tcp(443) },
    ]);
  });

  it("closes outside HTTPS where configured", () => {
    const closed = networkPolicySpec({ ...args, outboundHttps: false });
    assert.ok(!JSON.stringify(closed.egress).includes("ipBlock"));
  });

  it("denies by default", () => {
    assert.deepEqual(denyAllSpec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });
});
