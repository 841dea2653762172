import type { FlowKind, Topology, TopologyFlow, TopologyNode, TopologyRegion } from "./topology.js";
import { drawingStyle } from "./drawing-style.js";

/** The topology as a standalone SVG: laid out by Graphviz, coloured by style sheet for light and dark. */
export async function drawTopology(topology: Topology): Promise<string> {
  // A megabyte of WebAssembly that only a drawing needs.
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  const svg = graphviz.layout(topologyDot(topology), "svg", "dot");
  return polish(svg, topology);
}

/** Graphviz' input. Colours are absent on purpose: the style sheet gives them, by class. */
export function topologyDot({ regions, nodes, flows }: Topology): string {
  const spanning = nodes.filter(({ region }) => region === undefined);
  return [
    "digraph topology {",
    '  graph [bgcolor="transparent", fontname="Arial", nodesep=0.28, ranksep=0.6, pad=0.15, newrank=true];',
    '  node [shape=box, style="rounded,filled", fontname="Arial", fontsize=11, margin="0.2,0.1", height=0.58];',
    '  edge [fontname="Arial", fontsize=9, arrowsize=0.65];',
    ...spanning.map(nodeLine),
    ...regions.flatMap((region, index) => regionLines(region, nodes, index > 0 && index === regions.length - 1)),
    ...flows.flatMap((flow) => flowLine(flow, flows)),
    "}",
  ].join("\n");
}

function regionLines(region: TopologyRegion, nodes: readonly TopologyNode[], last: boolean): string[] {
  const title = `<<b>${html(region.key)}</b>&#160;&#160;${html(region.cluster)}, ${html(region.role)}>`;
  return [
    `  subgraph "cluster_${region.key}" {`,
    `    graph [class="region ${region.role}", style="rounded", label=${title}, fontsize=12, labeljust=${last ? "r" : "l"}, margin=18];`,
    ...nodes.filter((node) => node.region === region.key).map((node) => `  ${nodeLine(node)}`),
    "  }",
  ];
}

function nodeLine({ id, kind, label, detail }: TopologyNode): string {
  const shape = kind === "bucket" ? ', shape=cylinder, style="filled"' : "";
  const text = `<<b>${html(label)}</b><br/><font point-size="9">${html(detail === "" ? kind : detail)}</font>>`;
  return `  ${id} [id="${id}", class="${kind}", label=${text}${shape}];`;
}

/** Copies and replication run across the order of ranks: they must not bend it. */
const routes: Readonly<Record<FlowKind, string>> = {
  traffic: "",
  data: "",
  backup: "",
  replication: ", constraint=false, tailport=n",
  copy: ", constraint=false, tailport=s, headport=s",
};

/** What a node says already (a bucket its schedule) is no label as well; flows in both directions are one line. */
function flowLine({ from, to, kind, label }: TopologyFlow, flows: readonly TopologyFlow[]): string[] {
  const back = flows.some((other) => other.from === to && other.to === from && other.kind === kind);
  if (back && from > to) return [];
  const shown = kind === "traffic" || kind === "replication" ? `, label=<${html(` ${label} `)}>` : "";
  const both = back ? ", dir=both" : "";
  return [
    `  ${from} -> ${to} [id="${from}--${to}", class="${kind}${back ? " both" : ""}"${shown}${routes[kind]}${both}];`,
  ];
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Makes Graphviz' output embeddable: no prologue, a name for screen readers, our colours instead of its black. */
function polish(svg: string, { regions, nodes, flows }: Topology): string {
  const what = `Topology: ${regions.length} regions, ${nodes.length} nodes, ${flows.length} flows`;
  return svg
    .slice(svg.indexOf("<svg"))
    .replace(/<svg width="(\d+)pt" height="(\d+)pt"/, `<svg class="topology" role="img" aria-label="${what}"`)
    .replace(/<g id="graph0"/, `<style>${drawingStyle}</style>\n<g id="graph0"`)
    .replaceAll(/ font-family="[^"]*"/g, "")
    .replaceAll(/<!--[\s\S]*?-->\n/g, "");
}
