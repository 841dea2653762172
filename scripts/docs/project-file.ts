import type { JsonSchema } from "./json-schema.js";
import { configurationKeys, type ConfigurationKey } from "./keys.js";

/**
 * The `config:` section of Pulumi.yaml. The engine checks the types that it declares and `pulumi config` lists the keys;
 * what is inside an object it cannot know, so the nested keys are comments.
 */
export function projectConfiguration(schema: JsonSchema): string {
  const keys = configurationKeys(schema);
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, section]) => {
    const nested = keys.filter(({ path }) => path.startsWith(`${name}.`) || path.startsWith(`${name}[]`));
    return [`  ${name}:`, ...declaration(section, schema.required?.includes(name) ?? false), ...nested.map(comment)];
  });
  return ["config:", ...entries].join("\n");
}

function declaration(section: JsonSchema, required: boolean): string[] {
  const description = `    description: ${JSON.stringify(section.description ?? "")}`;
  // A default makes a key optional to the engine; the empty one leaves every real default to the schema.
  switch (section.type) {
    case "array":
      return ["    type: array", "    items: { type: object }", description, ...(required ? [] : ["    default: []"])];
    case "object":
      return ["    type: object", description, ...(required ? [] : ["    default: {}"])];
    default:
      return ["    type: string", description];
  }
}

function comment({ path, cloud, required, description, ...key }: ConfigurationKey): string {
  const where = cloud === undefined ? path : `${path} (${cloud})`;
  const fallback = key.default === undefined ? (required ? "required" : "no default") : `default ${key.default}`;
  return `    # ${where} — ${description} — ${fallback}`.replaceAll("\n", "\\n");
}
