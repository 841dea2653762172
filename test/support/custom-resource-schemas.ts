import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import { parse } from "yaml";
import { cnpgDefinitions } from "../../operations/local/servers/region/crds.js";

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly [key: string]: unknown;
}

/** The part of a CustomResourceDefinition that says what its objects look like. */
export interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

interface CustomObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
}

/** Whether CloudNativePG's definitions are there, or why a test that needs them cannot run. */
export function missingDefinitions(): string | undefined {
  return existsSync(cnpgDefinitions)
    ? undefined
    : `no CustomResourceDefinitions in ${cnpgDefinitions} (set AGENT_PLATFORM_CRDS)`;
}

/** A schema under which a key that the definition does not know is a fault, as it is for a strict API client. */
function closed(schema: Schema): Schema {
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties !== undefined;
  const properties = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, closed(inner)] as const);
  return {
    ...schema,
    ...(schema.properties === undefined ? {} : { properties: Object.fromEntries(properties) }),
    ...(schema.properties === undefined || open ? {} : { additionalProperties: false }),
    ...(schema.items === undefined ? {} : { items: closed(schema.items) }),
  };
}

/** Patterns of definitions are Go's, which may switch to any case inside of them. */
const goPattern = Object.assign(
  (pattern: string, flags: string) =>
    new RegExp(pattern.replace("(?i)", ""), pattern.includes("(?i)") ? `${flags}i` : flags),
  { code: "goPattern" },
);

const compiled = new Map<Schema, ValidateFunction>();

function faults(schema: Schema, value: unknown): string[] {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, code: { regExp: goPattern } });
    validate = ajv.compile(JSON.parse(JSON.stringify(closed(schema))) as object);
    compiled.set(schema, validate);
  }
  validate(JSON.parse(JSON.stringify(value)));
  return (validate.errors ?? []).map((error) => {
    const unknown = (error.params as { additionalProperty?: string }).additionalProperty;
    return `${error.instancePath} ${error.message ?? ""}${unknown === undefined ? "" : `: ${unknown}`}`;
  });
}

const everyObject = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
const wholes = new Map<Schema, Schema>();

/** Faults of a custom resource under the definition of its group, version and kind; none there is a fault as well. */
export function objectFaults(definitions: readonly Definition[], object: CustomObject): string[] {
  const name = `${String(object.apiVersion)} ${String(object.kind)}`;
  const schemas = definitions.flatMap(({ spec }) =>
    spec.versions
      .filter((version) => `${spec.group}/${version.name} ${spec.names.kind}` === name)
      .map(({ schema }) => schema.openAPIV3Schema),
  );
  const [schema] = schemas;
  if (schema === undefined) return [`no definition of ${name}`];
  // What every object has may be left out of a definition.
  const known = wholes.get(schema) ?? { ...schema, properties: { ...everyObject, ...schema.properties } };
  wholes.set(schema, known);
  return faults(known, object);
}

const files = new Map<string, Schema>();

/** Faults of a custom resource's spec under CloudNativePG's definition: `<group>_<plural>` names the file. */
export function specFaults(definition: string, spec: unknown): string[] {
  let schema = files.get(definition);
  if (schema === undefined) {
    const crd = parse(readFileSync(join(cnpgDefinitions, `${definition}.yaml`), "utf8")) as Definition;
    schema = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec;
    if (schema === undefined) throw new Error(`${definition} has no schema`);
    files.set(definition, schema);
  }
  return faults(schema, spec);
}
