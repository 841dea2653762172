import { strict as assert } from "node:assert";
import { ingressAnnotations, ingressSpec } from "../../../components/traffic/ingress.js";
import { publicHosts, rootRoutes, weightRoutes } from "../../../components/traffic/routes.js";
import type { RoutePlan } from "../../../components/delivery/plan.js";
import { stackConfig } from "../../support/stacks.js";

const { traffic } = stackConfig("production");
const canary: RoutePlan = {
  stable: "agent-memory-stable",
  canary: "agent-memory-canary",
  canaryWeight: 5,
  weightsAreManaged: false,
};
const args = { traffic, routes: canary, service: "agent-memory-service", namespace: "agent-memory" };
const host = (service: string) => `${service}.agent-memory.svc.cluster.local`;

describe("routes (R6)", () => {
  const root = rootRoutes(args);

  it("answer the public hosts and the service's own name, in the mesh and at the gateway", () => {
    assert.deepEqual(root.hosts, [
      "agent-api.example.com",
      "canary.agent-api.example.com",
      host("agent-memory-service"),
    ]);
    assert.deepEqual(root.gateways, ["mesh", "agent-gateway"]);
  });

  it("send x-canary: true, or the canary's host, to the canary first", () => {
    const [first] = root.http as { match: object[]; route: object[] }[];
    assert.deepEqual(first!.match, [
      { headers: { "x-canary": { exact: "true" } } },
      { authority: { exact: "canary.agent-api.example.com" } },
    ]);
    assert.deepEqual(first!.route, [{ destination: { host: host("agent-memory-canary") } }]);
  });

  it("delegate the rest, with time-out and retries that the delegate inherits", () => {
    assert.deepEqual(root.http.at(-1), {
      name: "default",
      timeout: "300s",
      retries: { attempts: 2, perTryTimeout: "30s", retryOn: "connect-failure,refused-stream" },
      delegate: { name: "agent-memory-split", namespace: "agent-memory" },
    });
  });

  it("split 95/5 in a delegate without hosts, gateways or match", () => {
    assert.deepEqual(weightRoutes(args), {
      http: [
        {
          name: "primary",
          route: [
            { destination: { host: host("agent-memory-stable") }, weight: 95 },
            { destination: { host: host("agent-memory-canary") }, weight: 5 },
          ],
        },
      ],
    });
  });

  it("have one destination where there is no canary", () => {
    const rolling = { ...args, routes: { stable: "agent-memory-service", canaryWeight: 0, weightsAreManaged: false } };
    assert.deepEqual(weightRoutes(rolling).http[0]!.route, [
      { destination: { host: host("agent-memory-service") }, weight: 100 },
    ]);
    assert.equal(rootRoutes(rolling).http.length, 1);
    assert.deepEqual(publicHosts(rolling), ["agent-api.example.com"]);
  });

  it("send the preview host to the preview service", () => {
    const blueGreen = {
      ...args,
      routes: {
        stable: "agent-memory-active",
        preview: "agent-memory-preview",
        canaryWeight: 0,
        weightsAreManaged: false,
      },
    };
    const [first] = rootRoutes(blueGreen).http as { match: object[] }[];
    assert.deepEqual(first!.match, [{ authority: { exact: "preview.agent-api.example.com" } }]);
  });
});

describe("ingress (R3)", () => {
  it("has class nginx, the TLS secret, and one rule a host to the service", () => {
    const spec = ingressSpec(traffic, ["agent-api.example.com"], "agent-memory-service");
    assert.deepEqual(spec, {
      ingressClassName: "nginx",
      tls: [{ hosts: ["agent-api.example.com"], secretName: "agent-tls-secret" }],
      rules: [
        {
          host: "agent-api.example.com",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "agent-memory-service", port: { name: "http" } } },
              },
            ],
          },
        },
      ],
    });
  });

  it("redirects to TLS, takes 10 MB and 300 s, and goes through the service's address into the mesh", () => {
    assert.deepEqual(ingressAnnotations(traffic), {
      "cert-manager.io/cluster-issuer": "letsencrypt-prod",
      "nginx.org/redirect-to-https": "true",
      "nginx.org/client-max-body-size": "10m",
      "nginx.org/proxy-read-timeout": "300s",
      "nginx.org/use-cluster-ip": "true",
      "pulumi.com/skipAwait": "true",
    });
  });
});
