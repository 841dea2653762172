import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../cli/root.js";
import { replaceBlock, type Block } from "./blocks.js";
import { configurationReference } from "./configuration.js";
import { configurationSchema, stackFileSchema } from "./json-schema.js";
import { projectConfiguration } from "./project-file.js";
import { previewExcerpt, suiteBanners } from "./readme.js";

/** A file as it should be. */
export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file, from the code as it is now; nothing is written. */
export async function generateDocs(): Promise<readonly GeneratedFile[]> {
  const schema = configurationSchema();
  return [
    { path: "docs/stack.schema.json", text: `${JSON.stringify(stackFileSchema(), undefined, 2)}\n` },
    { path: "docs/configuration.md", text: configurationReference(schema) },
    withBlocks("Pulumi.yaml", [{ syntax: "yaml", name: "configuration", text: projectConfiguration(schema) }]),
    withBlocks("README.md", [
      { syntax: "markdown", name: "preview", text: await previewExcerpt() },
      { syntax: "markdown", name: "suites", text: suiteBanners() },
    ]),
  ];
}

function withBlocks(path: string, blocks: readonly Block[]): GeneratedFile {
  return { path, text: blocks.reduce(replaceBlock, readFileSync(join(projectRoot, path), "utf8")) };
}
