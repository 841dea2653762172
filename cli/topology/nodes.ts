import { marks } from "../../components/contracts.js";
import { dig, digList, digText, nodeId, type GraphReader, type RegionOutput } from "./graph.js";
import type { TopologyFlow, TopologyNode } from "./topology.js";

/** The cluster of a region: its kind and version. */
export function clusterNode(graph: GraphReader, { key, cloud }: RegionOutput): string {
  switch (cloud) {
    case "aws":
      return `EKS ${digText(graph.in(key, "eks/cluster:Cluster")[0]?.inputs, "version")}`.trim();
    case "gcp":
      return `GKE ${digText(graph.in(key, "container/cluster:Cluster")[0]?.inputs, "minMasterVersion")}`.trim();
    default:
      return "existing cluster";
  }
}

/** The service and, where there is one, its canary. */
export function workloadNodes(graph: GraphReader, region: string): TopologyNode[] {
  const service: TopologyNode = {
    id: nodeId("agent", region),
    kind: "service",
    label: "agent-memory",
    detail: replicas(graph, region),
    region,
  };
  const canary = canaryDetail(graph, region);
  if (canary === undefined) return [service];
  return [service, { id: nodeId("canary", region), kind: "canary", label: "canary", detail: canary, region }];
}

function replicas(graph: GraphReader, region: string): string {
  const [scaler] = graph.in(region, ":HorizontalPodAutoscaler");
  if (scaler === undefined) return "";
  return `${digText(scaler.inputs, "spec", "minReplicas")}–${digText(scaler.inputs, "spec", "maxReplicas")} replicas`;
}

function canaryDetail(graph: GraphReader, region: string): string | undefined {
  for (const { inputs } of graph.in(region, ":Rollout")) {
    if (dig(inputs, "spec", "strategy", "blueGreen") !== undefined) return "preview until the analysis passes";
    const steps = digList(inputs, "spec", "strategy", "canary", "steps");
    const weights = steps.map((step) => digText(step, "setWeight")).filter((weight) => weight !== "");
    if (weights.length > 0) return `${[...weights, "100"].filter(unrepeated).join(" → ")} % of traffic`;
  }
  return graph.in(region, ":Deployment").some(({ inputs }) => /-canary$/.test(digText(inputs, "metadata", "name")))
    ? "one replica"
    : undefined;
}

const unrepeated = (text: string, index: number, all: readonly string[]): boolean => text !== all[index - 1];

const storeLabels: Readonly<Record<string, string>> = { postgres: "PostgreSQL", redis: "Redis", vector: "Weaviate" };

/** The stores that run in the region. */
export function storeNodes(graph: GraphReader, region: string): TopologyNode[] {
  const store = (key: string, detail: string): TopologyNode => ({
    id: nodeId("store", key, region),
    kind: "store",
    label: storeLabels[key] ?? key,
    detail,
    region,
  });
  const workloads = [
    ...graph.in(region, "postgresql.cnpg.io/v1:Cluster").map(({ inputs }) => {
      const standby = dig(inputs, "spec", "replica", "enabled") === true ? "standby cluster, " : "";
      return store("postgres", `${standby}${digText(inputs, "spec", "instances")} instances`);
    }),
    ...graph.in(region, ":StatefulSet").flatMap(({ inputs }) => {
      const key = digText(inputs, "metadata", "labels", marks.store);
      const count = digText(inputs, "spec", "replicas");
      return key in storeLabels ? [store(key, `${count} ${count === "1" ? "replica" : "replicas"}`)] : [];
    }),
  ];
  const order = Object.keys(storeLabels);
  const rank = ({ id }: TopologyNode): number => order.findIndex((key) => id === nodeId("store", key, region));
  return workloads.sort((a, b) => rank(a) - rank(b));
}

/** The buckets that hold the region's backups, each with what is kept in it. */
export function bucketNodes(graph: GraphReader, region: string, backups: readonly TopologyFlow[]): TopologyNode[] {
  return Object.entries(graph.buckets[region] ?? {}).map(([store, uri]) => {
    const id = nodeId("bucket", store, region);
    const backup = backups.find(({ to, kind }) => to === id && kind === "backup");
    const cloud = uri.startsWith("gs:") ? "GCS" : "S3";
    const detail = backup === undefined ? cloud : `${cloud}: ${backup.label}`;
    return { id, kind: "bucket", label: `${store} backups`, detail, region };
  });
}
