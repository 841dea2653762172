import { Option, type Command } from "commander";
import { writeOutput } from "../output/file.js";
import { runStack } from "../preview/run-stack.js";
import { requireStack, withStack } from "../preview/stack-option.js";
import { drawTopology, topologyDot } from "../topology/drawing.js";
import { topologyMermaid } from "../topology/mermaid.js";
import { topologyOf, type Topology } from "../topology/topology.js";

const formats = ["svg", "mermaid", "dot", "json"] as const;
type Format = (typeof formats)[number];

export function registerDiagram(program: Command): void {
  withStack(program.command("diagram"))
    .description("Draw a stack's regions, clusters, stores and flows from its resource graph.")
    .addOption(new Option("--format <format>", "what to write").choices(formats).default("svg"))
    .option("--out <file>", "file to write (default: standard output)")
    .option("--json", "the same as --format json")
    .addHelpText("after", "\nExample:\n  npm run -s diagram -- --stack production > topology.svg")
    .action(diagram);
}

interface DiagramOptions {
  readonly stack?: string;
  readonly format: Format;
  readonly out?: string;
  readonly json?: boolean;
}

async function diagram(options: DiagramOptions): Promise<void> {
  const topology = topologyOf(await runStack(requireStack(options.stack)));
  const text = await formatOf(topology, options.json === true ? "json" : options.format);
  if (options.out === undefined) process.stdout.write(`${text}\n`);
  else writeOutput("--out", options.out, `${text}\n`);
}

async function formatOf(topology: Topology, format: Format): Promise<string> {
  switch (format) {
    case "svg":
      return await drawTopology(topology);
    case "mermaid":
      return topologyMermaid(topology);
    case "dot":
      return topologyDot(topology);
    case "json":
      return JSON.stringify(topology, undefined, 2);
  }
}
