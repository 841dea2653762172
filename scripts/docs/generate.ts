import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProgramRun } from "../../cli/preview/run-program.js";
import { runStack } from "../../cli/preview/run-stack.js";
import { stackConfig } from "../../cli/preview/stack-config.js";
import { renderChecksDoc } from "../../cli/readiness/docs.js";
import { projectRoot } from "../../cli/root.js";
import { drawTopology } from "../../cli/topology/drawing.js";
import { topologyOf } from "../../cli/topology/topology.js";
import { replaceBlock, type Block } from "./blocks.js";
import { configurationReference } from "./configuration.js";
import { costItems, costTable } from "./costs.js";
import { identities } from "./identities.js";
import { observabilityPage } from "./observability.js";
import { configurationSchema, stackFileSchema } from "./json-schema.js";
import { projectConfiguration } from "./project-file.js";
import { pricesReviewed } from "./prices.js";
import { previewExcerpt, suiteBanners } from "./readme.js";

const observability = "docs/observability.md";

/** A file as it should be. */
export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file, from the code as it is now; nothing is written. */
export async function generateDocs(): Promise<readonly GeneratedFile[]> {
  const schema = configurationSchema();
  const production = await runStack("production");
  const staging = await runStack("staging");
  return [
    { path: "docs/stack.schema.json", text: `${JSON.stringify(stackFileSchema(), undefined, 2)}\n` },
    { path: "docs/configuration.md", text: configurationReference(schema) },
    { path: "docs/pictures/topology.svg", text: `${await drawTopology(topologyOf(production))}\n` },
    { path: "docs/identities.md", text: identities(production) },
    { path: "docs/checks.md", text: renderChecksDoc() },
    { path: observability, text: await observabilityPage(join(projectRoot, observability), stackConfig("production")) },
    withBlocks("Pulumi.yaml", [{ syntax: "yaml", name: "configuration", text: projectConfiguration(schema) }]),
    withBlocks("README.md", [
      { syntax: "markdown", name: "preview", text: previewExcerpt(production) },
      { syntax: "markdown", name: "suites", text: suiteBanners() },
    ]),
    withBlocks("docs/aws-and-gcp.md", [{ syntax: "markdown", name: "costs", text: costsOf([production, staging]) }]),
  ];
}

function withBlocks(path: string, blocks: readonly Block[]): GeneratedFile {
  return { path, text: blocks.reduce(replaceBlock, readFileSync(join(projectRoot, path), "utf8")) };
}

function costsOf(runs: readonly ProgramRun[]): string {
  const parts = runs.map((run) => `### ${run.stack}\n\n${costTable(costItems(stackConfig(run.stack), run))}`);
  return [`List prices, typed in on ${pricesReviewed}.`, ...parts].join("\n\n");
}
