import type { ProgramRun } from "../preview/run-program.js";
import { backupFlows, dataFlows } from "./flows.js";
import { GraphReader } from "./graph.js";
import { bucketNodes, clusterNode, storeNodes, workloadNodes } from "./nodes.js";
import { publicHost, trafficFlows, workloadFlows } from "./traffic.js";

export type NodeKind = "host" | "service" | "canary" | "store" | "bucket";
export type FlowKind = "traffic" | "data" | "replication" | "backup" | "copy";

/** Something that answers, keeps or forwards data. */
export interface TopologyNode {
  /** Letters, digits and `_`: the same in every format. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  /** What it is, in a few words: `3 instances, 100Gi`. */
  readonly detail: string;
  /** Key of the region that it is in; absent for what spans them. */
  readonly region?: string;
}

export interface TopologyFlow {
  readonly from: string;
  readonly to: string;
  readonly kind: FlowKind;
  readonly label: string;
}

export interface TopologyRegion {
  readonly key: string;
  readonly cloud: string;
  readonly region: string;
  readonly role: string;
  /** The cluster that runs it: `EKS 1.35`. */
  readonly cluster: string;
}

/** Where the stack runs and what flows where: one model, which the terminal, JSON, Markdown and the drawings show. */
export interface Topology {
  readonly regions: readonly TopologyRegion[];
  readonly nodes: readonly TopologyNode[];
  readonly flows: readonly TopologyFlow[];
}

/** Reads the topology from the registered resources and the stack's outputs; nothing of it is drawn by hand. */
export function topologyOf(run: ProgramRun): Topology {
  const graph = new GraphReader(run);
  const regions = graph.regions.map((region) => ({ ...region, cluster: clusterNode(graph, region) }));
  const host = publicHost(run);
  const backups = backupFlows(graph);
  const nodes = [
    ...(host === undefined ? [] : [host]),
    ...regions.flatMap(({ key }) => [
      ...workloadNodes(graph, key),
      ...storeNodes(graph, key),
      ...bucketNodes(graph, key, backups),
    ]),
  ];
  const known = new Set(nodes.map(({ id }) => id));
  const flows = [...trafficFlows(graph, host), ...workloadFlows(graph), ...dataFlows(graph), ...backups].filter(
    ({ from, to }) => known.has(from) && known.has(to),
  );
  return { regions, nodes, flows };
}
