import type { LocalRegion } from "../../../operations/local/region.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { restricted } from "../../../operations/local/system/restricted.js";

const NAMESPACE = "nginx-ingress";
const labels = { "app.kubernetes.io/name": "nginx-ingress", "app.kubernetes.io/instance": "nginx-ingress" };

/** Passes every connection on as it is; one that breaks on either side ends on both. */
const passOn = (to: string): string => `
  const { connect, createServer } = require("node:net");
  createServer((from) => {
    const to = connect(80, "${to}");
    from.on("error", () => to.destroy()).pipe(to);
    to.on("error", () => from.destroy()).pipe(from);
  }).listen(80);
`;

interface ServiceSpec {
  readonly clusterIP: string;
}

interface DeploymentSpec {
  readonly template: { readonly spec: { readonly containers: readonly [{ readonly image: string }] } };
}

/**
 * The ingress controller is a chart, which a local platform leaves out. In its place, behind its Service and in its
 * namespace, a pod passes connections on to the service: whoever comes from there is who NetworkPolicies let in.
 * @returns the address at which the region serves on port 80.
 */
export async function startIngress({ api }: LocalRegion): Promise<string> {
  const service = { namespace: "agent-memory", name: "agent-memory-service" };
  const { clusterIP: to } = (await api.get("v1", "Service", service)).spec as ServiceSpec;
  const { template } = (await api.get("apps/v1", "Deployment", service)).spec as DeploymentSpec;
  const container = {
    name: "ingress",
    // The service's own image is on every node, and has Node.
    image: template.spec.containers[0].image,
    command: ["/bin/node", "-e", passOn(to)],
    ports: [{ name: "http", containerPort: 80, protocol: "TCP" }],
    resources: { requests: { cpu: "20m", memory: "64Mi" } },
    securityContext: restricted(10001),
  };
  const pod = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    // Its Service leads to port 80, as the controller's does.
    securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] },
    containers: [container],
  };
  const deployment: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "ingress", namespace: NAMESPACE, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
  await api.apply(deployment, { manager: "test" });
  const ingress = await api.get("v1", "Service", { namespace: NAMESPACE, name: "nginx-ingress-public" });
  return (ingress.spec as ServiceSpec).clusterIP;
}
