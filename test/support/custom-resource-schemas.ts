import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import { parse } from "yaml";

/** Folder of CloudNativePG's CustomResourceDefinitions, which no package registry serves. */
const folder = process.env.AGENT_PLATFORM_CRDS ?? join(__dirname, "..", "..", "..", "shared", "crds");

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly [key: string]: unknown;
}

/** Whether the definitions are there, or why a test that needs them cannot run. */
export function missingDefinitions(): string | undefined {
  return existsSync(folder) ? undefined : `no CustomResourceDefinitions in ${folder} (set AGENT_PLATFORM_CRDS)`;
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
    format: undefined,
  };
}

const compiled = new Map<string, ValidateFunction>();

function validator(definition: string): ValidateFunction {
  const known = compiled.get(definition);
  if (known !== undefined) return known;
  const crd = parse(readFileSync(join(folder, `${definition}.yaml`), "utf8")) as {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: Schema } } } }[] };
  };
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema.properties.spec;
  if (schema === undefined) throw new Error(`${definition} has no schema`);
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(JSON.parse(JSON.stringify(closed(schema))) as object);
  compiled.set(definition, validate);
  return validate;
}

/** Faults of a custom resource's spec under its definition: `<group>_<plural>` names the file. */
export function specFaults(definition: string, spec: unknown): string[] {
  const validate = validator(definition);
  validate(JSON.parse(JSON.stringify(spec)));
  return (validate.errors ?? []).map((error) => {
    const unknown = (error.params as { additionalProperty?: string }).additionalProperty;
    return `${error.instancePath} ${error.message ?? ""}${unknown === undefined ? "" : `: ${unknown}`}`;
  });
}
