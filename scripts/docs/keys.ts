import { parseDocument } from "yaml";
import { isSecretPath } from "../../config/secrets.js";
import type { JsonSchema } from "./json-schema.js";

/** One configuration key, as the documents show it. */
export interface ConfigurationKey {
  /** `regions[].network.cidr`: below its top-level key, with `[]` (or `[kind]`) for a list's entries and `<name>` for a map's. */
  readonly path: string;
  /** Cloud for which the key exists; absent where it exists for all. */
  readonly cloud?: string;
  /** What may be written, in words. */
  readonly type: string;
  /** As it would be written in YAML's flow style; absent where there is none. */
  readonly default?: string;
  readonly required: boolean;
  readonly description: string;
}

interface Place {
  readonly path: string;
  readonly cloud?: string;
  readonly required: boolean;
}

/** Every key that can be written, in the schema's order; a mapping's keys are listed instead of the mapping. */
export function configurationKeys(schema: JsonSchema): ConfigurationKey[] {
  return below(schema, { path: "", required: true });
}

function below(schema: JsonSchema, place: Place): ConfigurationKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    keysOf(child, {
      ...place,
      path: place.path === "" ? name : `${place.path}.${name}`,
      required: schema.required?.includes(name) ?? false,
    }),
  );
}

function keysOf(schema: JsonSchema, place: Place): ConfigurationKey[] {
  if (schema.properties !== undefined) {
    // An optional mapping, such as one that adopts what exists, says itself what writing it means.
    const own = schema.description !== undefined && place.path.includes(".") ? [describe(schema, place)] : [];
    return [...own, ...below(schema, place)];
  }
  const { items } = schema;
  const inner = { ...place, path: `${place.path}[]` };
  if (items?.oneOf !== undefined) {
    const branches = items.oneOf.flatMap((branch) => {
      const { cloud, kind } = branch.properties ?? {};
      // Entries of other kinds have their kind in the path: `notifications[webhook].url`.
      if (cloud === undefined) return below(branch, { ...place, path: `${place.path}[${String(kind?.const)}]` });
      return below(branch, { ...inner, cloud: String(cloud.const) });
    });
    return [describe(schema, place), ...branches];
  }
  return [describe(schema, place), ...(items?.properties === undefined ? [] : below(items, inner))];
}

function describe(schema: JsonSchema, { path, cloud, required }: Place): ConfigurationKey {
  return {
    path,
    ...(cloud === undefined ? {} : { cloud }),
    type: typeOf(schema, path),
    ...(schema.default === undefined ? {} : { default: flow(schema.default) }),
    required,
    description: schema.description ?? "",
  };
}

const longestEnum = 8;

function typeOf(schema: JsonSchema, path: string): string {
  if (schema.const !== undefined) return flow(schema.const);
  if (schema.enum !== undefined) return names(schema.enum);
  switch (schema.type) {
    case "array":
      return `list of ${plural(schema.items?.oneOf ? "mapping" : typeOf(schema.items ?? {}, path))}`;
    case "object":
      return schema.additionalProperties instanceof Object ? mapType(schema.additionalProperties, path) : "mapping";
    case "integer":
    case "number":
      return `${schema.type}${bounds(schema)}`;
    default:
      return formats[schema.format ?? ""] ?? "text";
  }
}

function names(values: readonly unknown[]): string {
  const shown = values.slice(0, longestEnum).map(flow).join(", ");
  return values.length > longestEnum ? `${shown}, … (${values.length} names)` : shown;
}

const formats: Readonly<Record<string, string>> = {
  uri: "URL",
  email: "e-mail address",
  date: "date",
  "date-time": "time",
};

function mapType(values: JsonSchema, path: string): string {
  const secret = isSecretPath([...path.split("."), "*"]) ? "encrypted " : "";
  return `map of names to ${secret}${plural(typeOf(values, path))}`;
}

function plural(type: string): string {
  return type.endsWith("s") ? `${type}es` : `${type}s`;
}

function bounds(schema: JsonSchema): string {
  const low = schema.minimum ?? schema.exclusiveMinimum;
  const high = schema.maximum ?? schema.exclusiveMaximum;
  if (low !== undefined && high !== undefined) {
    const above = schema.exclusiveMinimum === undefined ? "" : ">";
    const under = schema.exclusiveMaximum === undefined ? "" : "<";
    return ` ${above}${low} to ${under}${high}`;
  }
  if (low !== undefined) return schema.exclusiveMinimum === undefined ? ` ≥ ${low}` : ` > ${low}`;
  return high === undefined ? "" : ` ≤ ${high}`;
}

/** A value as YAML's flow style shows it, which is how the stack files write short ones. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
    return `{ ${entries.join(", ")} }`;
  }
  const text = String(value);
  return typeof value !== "string" || isPlainText(text) ? text : JSON.stringify(text);
}

/** Whether YAML reads the text back as it is without quotes, in a list or mapping too. */
function isPlainText(text: string): boolean {
  if (/[,[\]{}#\n]|: /.test(text)) return false;
  const document = parseDocument(text);
  return document.errors.length === 0 && document.toJS() === text;
}
