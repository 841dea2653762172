import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: { conditions?: { type: string; status: string }[] };
}

/** The agent's pods that are ready. */
export async function readyPods(api: KubeApi, namespace: string): Promise<Pod[]> {
  const pods = (await api.list("v1", "Pod", { namespace, labelSelector: "app=agent-memory" })) as unknown as Pod[];
  return pods.filter(({ status }) =>
    status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
}

/** Zones of the nodes that the pods are on. */
export async function zonesOf(api: KubeApi, pods: readonly Pod[]): Promise<Set<string>> {
  const nodes = await api.list("v1", "Node");
  const zone = (name: string | undefined): string =>
    nodes.find(({ metadata }) => metadata.name === name)?.metadata.labels?.["topology.kubernetes.io/zone"] ?? "";
  return new Set(pods.map(({ spec }) => zone(spec.nodeName)));
}
