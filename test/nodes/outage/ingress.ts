import { imageArchive, packaged, usersFile } from "../../../operations/local/images/catalogue.js";
import { closureOf } from "../../../operations/local/images/closure.js";
import { loadImages } from "../../../operations/local/images/load.js";
import { CONTAINERD_SOCKET } from "../../../operations/local/node.js";
import type { LocalRegion } from "../../../operations/local/region.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";

const IMAGE = "agent-platform.local/ingress:1";
const NAMESPACE = "nginx-ingress";
const labels = { "app.kubernetes.io/name": "nginx-ingress", "app.kubernetes.io/instance": "nginx-ingress" };

async function addressOf(region: LocalRegion, namespace: string, name: string): Promise<string> {
  const { spec } = await region.api.get("v1", "Service", { namespace, name });
  return (spec as { readonly clusterIP: string }).clusterIP;
}

const pod = (to: string): object => ({
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 1,
  containers: [
    {
      name: "ingress",
      image: IMAGE,
      args: ["TCP-LISTEN:80,fork,reuseaddr,backlog=512", `TCP:${to}:80`],
      ports: [{ name: "http", containerPort: 80, protocol: "TCP" }],
      resources: { requests: { cpu: "20m", memory: "16Mi" } },
    },
  ],
});

/**
 * The ingress controller is a chart, which a local platform leaves out. In its place, behind its Service and in its
 * namespace, a pod passes connections on to the service as they are: whoever comes from there is who NetworkPolicies let
 * in.
 * @returns the address at which the region serves on port 80.
 */
export async function startIngress(region: LocalRegion): Promise<string> {
  const socat = await packaged("socat", "socat");
  const spec = { names: [IMAGE], entries: [...(await closureOf([socat])), usersFile], entrypoint: [socat] };
  const archive = await imageArchive(spec);
  for (const { place } of region.nodes) await loadImages(place.space, CONTAINERD_SOCKET, [archive]);
  const to = await addressOf(region, "agent-memory", "agent-memory-service");
  const deployment: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "ingress", namespace: NAMESPACE, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod(to) } },
  };
  await region.api.apply(deployment, { manager: "test" });
  return await addressOf(region, NAMESPACE, "nginx-ingress-public");
}
