import assert from "node:assert/strict";
import { nodeRules, type ClusterView, type PodView } from "../../../operations/local/policies/rules.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";

const pod = (name: string, address: string, more: Partial<PodView> = {}): PodView => ({
  namespace: "app",
  name,
  labels: { app: name },
  address,
  node: "n1",
  namedPorts: { http: 8080 },
  ...more,
});

const policy = (spec: object): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "p", namespace: "app" },
  spec,
});

const web = pod("web", "10.0.0.1");
const store = pod("store", "10.0.0.2", { node: "n2" });
const elsewhere = pod("web", "10.0.0.3", { namespace: "other" });

function rules(spec: object, node = "n1"): string[] {
  const view: ClusterView = {
    pods: [web, store, elsewhere],
    namespaces: { app: { team: "a" }, other: { team: "b" } },
    policies: [policy(spec)],
  };
  return nodeRules(view, node)
    .split("\n")
    .filter((line) => line.startsWith("-A AP-IN") || line.startsWith("-A AP-OUT"));
}

describe("network policies as a node's rules", () => {
  it("leave pods alone that no policy selects", () => {
    assert.deepEqual(rules({ podSelector: { matchLabels: { app: "none" } } }), []);
  });

  it("drop everything where a policy allows nothing, in the directions that it names", () => {
    const selector = { podSelector: { matchLabels: { app: "web" } } };
    assert.deepEqual(rules(selector), ["-A AP-IN-10.0.0.1 -j DROP"]);
    assert.deepEqual(rules({ ...selector, policyTypes: ["Egress"] }), ["-A AP-OUT-10.0.0.1 -j DROP"]);
    assert.deepEqual(rules({ ...selector, egress: [] }), ["-A AP-IN-10.0.0.1 -j DROP", "-A AP-OUT-10.0.0.1 -j DROP"]);
  });

  it("select pods of their own namespace only, on the node where they run", () => {
    assert.deepEqual(rules({ podSelector: {} }), ["-A AP-IN-10.0.0.1 -j DROP"]);
    assert.deepEqual(rules({ podSelector: {} }, "n2"), ["-A AP-IN-10.0.0.2 -j DROP"]);
  });

  it("allow peers by pod, by namespace and by both, and ports by number, name and range", () => {
    const from = [
      { podSelector: { matchLabels: { app: "store" } } },
      { namespaceSelector: { matchExpressions: [{ key: "team", operator: "In", values: ["b"] }] } },
      { namespaceSelector: { matchLabels: { team: "b" } }, podSelector: { matchLabels: { app: "store" } } },
    ];
    const ports = [{ port: "http" }, { protocol: "UDP", port: 53, endPort: 60 }];
    assert.deepEqual(rules({ podSelector: { matchLabels: { app: "web" } }, ingress: [{ from, ports }] }), [
      "-A AP-IN-10.0.0.1 -s 10.0.0.2/32 -p tcp --dport 8080 -j RETURN",
      "-A AP-IN-10.0.0.1 -s 10.0.0.2/32 -p udp --dport 53:60 -j RETURN",
      "-A AP-IN-10.0.0.1 -s 10.0.0.3/32 -p tcp --dport 8080 -j RETURN",
      "-A AP-IN-10.0.0.1 -s 10.0.0.3/32 -p udp --dport 53:60 -j RETURN",
      "-A AP-IN-10.0.0.1 -j DROP",
    ]);
  });

  it("leave out of a block what it excepts", () => {
    const to = [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32", "10.0.0.0/8"] } }];
    const spec = {
      podSelector: { matchLabels: { app: "web" } },
      policyTypes: ["Egress"],
      egress: [{ to, ports: [{ port: 443 }] }],
    };
    assert.deepEqual(rules(spec), [
      "-A AP-OUT-10.0.0.1 -d 0.0.0.0/0 -p tcp --dport 443 -m iprange ! --dst-range 169.254.169.254-169.254.169.254 " +
        "-m iprange ! --dst-range 10.0.0.0-10.255.255.255 -j RETURN",
      "-A AP-OUT-10.0.0.1 -j DROP",
    ]);
  });

  it("allow any peer where a rule names none", () => {
    assert.deepEqual(rules({ podSelector: { matchLabels: { app: "web" } }, ingress: [{}] }), [
      "-A AP-IN-10.0.0.1 -j RETURN",
      "-A AP-IN-10.0.0.1 -j DROP",
    ]);
  });
});
