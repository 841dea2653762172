import * as pulumi from "@pulumi/pulumi";
import { messageOf, type Fault } from "../common/errors.js";
import { encryptedMarker, findPlainSecrets } from "./secrets.js";
import { valueAt } from "./paths.js";
import { stackSchema, type StackConfig } from "./schema/stack.js";
import { validateConfig } from "./validate.js";

const topLevelText = new Set(
  Object.entries(stackSchema.shape)
    .filter(([, schema]) => schema.def.type === "enum")
    .map(([key]) => key),
);

// The SDK has it, but leaves it out of its types.
const runtime = pulumi.runtime as typeof pulumi.runtime & { isConfigSecret(key: string): boolean };

/**
 * The stack's configuration, checked and with every default filled in.
 * @throws PlatformError (exit code 2) with every fault: unknown keys, wrong types, rules across fields, plain secrets.
 */
export function loadConfig(): StackConfig {
  const faults: Fault[] = [];
  const raw = readRaw(faults);
  faults.push(...findPlainSecrets(raw, (path) => isEncrypted(raw, path)));
  return validateConfig(raw, pulumi.getStack(), faults);
}

function readRaw(faults: Fault[]): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(pulumi.runtime.allConfig() as Record<string, string>)) {
    if (!name.startsWith(prefix)) continue;
    const key = name.slice(prefix.length);
    try {
      raw[key] = topLevelText.has(key) ? text : JSON.parse(text);
    } catch (thrown) {
      faults.push({
        path: key,
        rule: `is not valid JSON: ${messageOf(thrown)}`,
        fix: "write the key as a YAML mapping or list",
      });
    }
  }
  return raw;
}

/**
 * The engine says only which top-level keys hold an encrypted value; the offline preview knows it value by value, by
 * the marker that stands in for each.
 */
function isEncrypted(raw: Readonly<Record<string, unknown>>, path: readonly string[]): boolean {
  const key = `${pulumi.getProject()}:${path[0] ?? ""}`;
  if (!runtime.isConfigSecret(key)) return false;
  const offline = JSON.stringify(raw[path[0] ?? ""]).includes(encryptedMarker);
  return !offline || valueAt(raw, path) === encryptedMarker;
}
