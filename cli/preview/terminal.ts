import { styleText } from "node:util";
import type { Topology } from "../topology/topology.js";
import type { ComponentSummary, PreviewSummary } from "./summary.js";

type Style = Parameters<typeof styleText>[0];

export interface TerminalOptions {
  /** Whether colours are wanted: a terminal, and no NO_COLOR. */
  readonly color: boolean;
  /** Every resource by name, instead of counts by type. */
  readonly full: boolean;
}

/** The preview as lines for people. */
export function renderPreview(summary: PreviewSummary, options: TerminalOptions): string {
  const paint = (style: Style, text: string): string =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const packages = Object.entries(summary.byPackage).map(([name, count]) => `${name} ${count}`);
  const lines = [
    paint(
      "bold",
      `Stack ${summary.stack}: ${summary.total} resources in ${summary.components} components (${packages.join(", ")})`,
    ),
    "Offline: the real program on the real configuration; mocks stand in for the clouds and prove none of their consent.",
    "",
    ...summary.tree.flatMap((component) => [...componentLines(component, "", { ...options, paint }), ""]),
    ...topologyLines(summary.topology, paint),
    "",
    `Protected: ${summary.protectedResources.length} resources refuse deletion until unprotected.`,
    `Unknown until deploy: ${summary.unknownValues} values (addresses, ids, ARNs); --json lists each.`,
    `Outputs: ${summary.outputs.join(", ")}`,
  ];
  return lines.join("\n");
}

/** Regions, then every flow as `from -> to`. */
function topologyLines({ regions, flows }: Topology, paint: LineOptions["paint"]): string[] {
  return [
    `Topology: ${regions.length} regions, ${flows.length} flows`,
    ...regions.map(({ key, cluster, role }) => `  ${paint("cyan", key)} ${cluster}, ${role}`),
    ...flows.map(({ from, to, kind, label }) => `  ${paint("dim", kind.padEnd(11))} ${from} -> ${to}: ${label}`),
  ];
}

interface LineOptions extends TerminalOptions {
  readonly paint: (style: Style, text: string) => string;
}

function componentLines(component: ComponentSummary, indent: string, options: LineOptions): string[] {
  const { paint } = options;
  const notes = [
    component.protectedCount > 0 ? `${component.protectedCount} protected` : "",
    component.unknownCount > 0 ? `${component.unknownCount} with unknowns` : "",
  ].filter((note) => note !== "");
  const kind = component.type.split(":").at(-1) ?? "";
  const head = `${indent}${paint("cyan", component.name)} ${paint("dim", kind)} ${component.count}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
  return [
    head,
    ...ownLines(component, `${indent}  `, options),
    ...component.children.flatMap((child) => componentLines(child, `${indent}  `, options)),
  ];
}

function ownLines(component: ComponentSummary, indent: string, { full, paint }: LineOptions): string[] {
  if (full) {
    return component.resources.map(
      ({ type, name, protected: kept }) =>
        `${indent}${paint("dim", type)} ${name}${kept ? paint("yellow", " protected") : ""}`,
    );
  }
  const types = Object.entries(component.types).map(([type, count]) => (count === 1 ? type : `${type} ×${count}`));
  return types.length === 0 ? [] : wrap(types, indent, paint);
}

const WIDTH = 116;

function wrap(words: readonly string[], indent: string, paint: LineOptions["paint"]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && indent.length + line.length + word.length + 2 > WIDTH) {
      lines.push(`${line},`);
      line = word;
    } else line = line === "" ? word : `${line}, ${word}`;
  }
  return [...lines, line].map((text) => `${indent}${paint("dim", text)}`);
}
