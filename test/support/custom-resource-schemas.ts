import Ajv, { type ValidateFunction } from "ajv";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { readDefinitions } from "../../operations/local/servers/region/crds.js";

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly [key: string]: unknown;
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

/** Patterns of definitions are Go's, which may switch to any case inside of them. */
const goPattern = Object.assign(
  (pattern: string, flags: string) =>
    new RegExp(pattern.replace("(?i)", ""), pattern.includes("(?i)") ? `${flags}i` : flags),
  { code: "goPattern" },
);

/** Schemas by which custom resources are checked without an API server. */
export class CustomResourceSchemas {
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(private readonly definitions: readonly KubeObject[]) {}

  /** Faults of a custom resource's spec under its definition, `plural.group`. */
  faults(definition: string, spec: unknown): string[] {
    const validate = this.validator(definition);
    validate(JSON.parse(JSON.stringify(spec)));
    return (validate.errors ?? []).map((error) => {
      const unknown = (error.params as { additionalProperty?: string }).additionalProperty;
      return `${error.instancePath} ${error.message ?? ""}${unknown === undefined ? "" : `: ${unknown}`}`;
    });
  }

  private validator(name: string): ValidateFunction {
    const known = this.compiled.get(name);
    if (known !== undefined) return known;
    const crd = this.definitions.find(({ metadata }) => metadata.name === name)?.spec as
      { versions: { schema: { openAPIV3Schema: { properties: { spec: Schema } } } }[] } | undefined;
    const schema = crd?.versions[0]?.schema.openAPIV3Schema.properties.spec;
    if (schema === undefined) throw new Error(`${name} has no schema`);
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, code: { regExp: goPattern } });
    const validate = ajv.compile(JSON.parse(JSON.stringify(closed(schema))) as object);
    this.compiled.set(name, validate);
    return validate;
  }
}

/** The definitions of the pinned projects, downloaded on first use. */
export async function customResourceSchemas(): Promise<CustomResourceSchemas> {
  return new CustomResourceSchemas(await readDefinitions());
}
