import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { root } from "../../support/stacks.js";

// Formats are the loader's business; the editors' own checks of them differ.
const ajv = new Ajv({ allErrors: true, validateFormats: false });
const validate = ajv.compile(JSON.parse(readFileSync(join(root, "docs", "stack.schema.json"), "utf8")) as object);

/** What an editor would underline in a stack file. */
export function stackFileFaults(file: object): string[] {
  if (validate(file)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}
