import * as pulumi from "@pulumi/pulumi";
import { fromJson } from "./engine-text.js";
import { encryptedMarker } from "./schema/secret.js";
import { findPlainSecrets } from "./secrets.js";
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
  const raw = readRaw();
  const secrets = findPlainSecrets(raw, (path) => isEncrypted(raw, path));
  return validateConfig(raw, pulumi.getStack(), secrets);
}

function readRaw(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(pulumi.runtime.allConfig() as Record<string, string>)) {
    if (!name.startsWith(prefix)) continue;
    const key = name.slice(prefix.length);
    raw[key] = topLevelText.has(key) ? text : fromJson(text);
  }
  return raw;
}

/**
 * The engine says only which top-level keys hold an encrypted value; the offline preview knows it value by value, by
 * the marker that stands in for each.
 */
function isEncrypted(raw: Readonly<Record<string, unknown>>, path: readonly PropertyKey[]): boolean {
  const topLevel = String(path[0] ?? "");
  const key = `${pulumi.getProject()}:${topLevel}`;
  if (!runtime.isConfigSecret(key)) return false;
  const offline = JSON.stringify(raw[topLevel]).includes(encryptedMarker);
  return !offline || valueAt(raw, path) === encryptedMarker;
}
