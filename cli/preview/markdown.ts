import type { Report } from "../readiness/report.js";
import { formatMarkdown } from "../readiness/formats/markdown.js";
import { topologyMermaid } from "../topology/mermaid.js";
import { changesMarkdown } from "../changes/markdown.js";
import type { ChangeReport } from "../changes/changes.js";
import type { ComponentSummary, PreviewSummary } from "./summary.js";

export interface MarkdownParts {
  readonly summary: PreviewSummary;
  readonly report: Report;
  /** What the engine would change, where a preview with credentials was had. */
  readonly changes?: ChangeReport | undefined;
}

/** For a pull request's comment: what the change risks first, then readiness, topology and resources. */
export function previewMarkdown({ summary, report, changes }: MarkdownParts): string {
  const packages = Object.entries(summary.byPackage).map(([name, count]) => `${name} ${count}`);
  const sections = [
    `# Stack ${summary.stack}`,
    ...(changes === undefined ? [] : [changesMarkdown(changes)]),
    formatMarkdown(report).trimEnd(),
    "## Topology",
    `\`\`\`mermaid\n${topologyMermaid(summary.topology)}\n\`\`\``,
    "## Resources",
    `${summary.total} resources in ${summary.components} components (${packages.join(", ")}); ${summary.protectedResources.length} protected, ${summary.unknownValues} values known at deploy only.`,
    componentTable(summary.tree),
    "<sub>Offline: the real program on the real configuration; mocks stand in for the clouds and prove none of their consent.</sub>",
  ];
  return `${sections.join("\n\n")}\n`;
}

function componentTable(tree: readonly ComponentSummary[]): string {
  return [
    "<details>",
    "<summary>by component</summary>",
    "",
    "| component | kind | resources | protected |",
    "|---|---|--:|--:|",
    ...tree.flatMap((component) => componentRows(component, 0)),
    "",
    "</details>",
  ].join("\n");
}

function componentRows(component: ComponentSummary, depth: number): string[] {
  const indent = "&nbsp;&nbsp;".repeat(depth);
  const kind = component.type.split(":").at(-1) ?? "";
  return [
    `| ${indent}${component.name} | ${kind} | ${component.count} | ${component.protectedCount} |`,
    ...component.children.flatMap((child) => componentRows(child, depth + 1)),
  ];
}
