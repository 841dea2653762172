// `npm run docs:generate`: writes the generated documents; with --check it only says which are stale, and fails.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../cli/root.js";
import { generateDocs } from "./docs/generate.js";

const { values } = parseArgs({ options: { check: { type: "boolean" } } });

async function main(): Promise<void> {
  const stale = (await generateDocs()).filter(({ path, text }) => {
    const file = join(projectRoot, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  for (const { path, text } of stale) {
    if (values.check !== true) writeFileSync(join(projectRoot, path), text);
    process.stdout.write(`${values.check === true ? "stale" : "wrote"} ${path}\n`);
  }
  if (stale.length === 0) process.stdout.write("every generated document is up to date\n");
  else if (values.check === true) process.exitCode = 1;
}

void main();
