import type { Topology } from "./topology.js";

/** The topology as Mermaid text, which GitHub draws in a comment: the same nodes and flows as every other format. */
export function topologyMermaid({ regions, nodes, flows }: Topology): string {
  const shape = ({ id, label, detail, kind }: Topology["nodes"][number]): string => {
    const text = quote(detail === "" ? label : `${label}<br/>${detail}`);
    return kind === "bucket" || kind === "store" ? `${id}[(${text})]` : `${id}(${text})`;
  };
  const inRegion = (key: string | undefined): string[] =>
    nodes.filter(({ region }) => region === key).map((node) => `    ${shape(node)}`);
  return [
    "flowchart TB",
    ...inRegion(undefined),
    ...regions.flatMap(({ key, cluster, role }, index) => [
      `  subgraph region${index}[${quote(`${key}: ${cluster}, ${role}`)}]`,
      ...inRegion(key),
      "  end",
    ]),
    ...flows.map(({ from, to, kind, label }) => {
      const arrow = kind === "copy" || kind === "replication" ? "-.->" : kind === "traffic" ? "==>" : "-->";
      return `  ${from} ${arrow}|${quote(label)}| ${to}`;
    }),
  ].join("\n");
}

function quote(text: string): string {
  return `"${text.replaceAll('"', "#quot;")}"`;
}
