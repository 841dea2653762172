import { z } from "zod";
import { secretPaths } from "../../config/secrets.js";
import { stackSchema } from "../../config/schema/stack.js";

/** The part of JSON Schema (draft 7) that zod writes for a stack, and that the documents are made from. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
}

const project = "agent-platform";

/** The configuration of a stack by top-level key, as zod describes what the user may write. */
export function configurationSchema(): JsonSchema {
  // Editors' YAML servers know draft 7 best.
  return tidy(z.toJSONSchema(stackSchema, { io: "input", target: "draft-7" }) as JsonSchema);
}

/** JSON Schema of a whole `Pulumi.<stack>.yaml`, for editors. It knows each field; the rules across fields it cannot. */
export function stackFileSchema(): JsonSchema {
  const { properties = {}, required = [] } = withEncryptedValues(configurationSchema(), []);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pulumi.<stack>.yaml of the agent platform",
    type: "object",
    properties: {
      config: {
        description: "Configuration of the stack; docs/configuration.md describes every key.",
        type: "object",
        properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${project}:${key}`, value])),
        patternProperties: {
          [`^(?!${project}:)[A-Za-z][\\w-]*:.+$`]: { description: "Configuration of a provider." },
        },
        required: required.map((key) => `${project}:${key}`),
        additionalProperties: false,
      },
      environment: { description: "Pulumi ESC environments to import." },
      secretsprovider: { description: "Who encrypts the stack's secrets; written by pulumi.", type: "string" },
      encryptedkey: { description: "Encrypted data key; written by pulumi.", type: "string" },
      encryptionsalt: { description: "Salt of the passphrase; written by pulumi.", type: "string" },
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** Drops what zod adds and no reader needs: empty defaults, the bounds of safe integers, unions of constants. */
function tidy(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  const constants = anyOf?.map((branch) => branch.const);
  const type = anyOf?.[0]?.type;
  return {
    ...(anyOf === undefined ? {} : constants?.includes(undefined) ? { anyOf } : { type, enum: constants }),
    ...rest,
    ...(isEmptyObject(rest.default) ? { default: undefined } : {}),
    ...(rest.maximum === Number.MAX_SAFE_INTEGER ? { maximum: undefined } : {}),
    ...mapChildren(rest, tidy),
  };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function mapChildren(schema: JsonSchema, change: (child: JsonSchema, key: string) => JsonSchema): JsonSchema {
  const { properties, items, oneOf, additionalProperties } = schema;
  return {
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, change(child, key)])),
        }),
    ...(items === undefined ? {} : { items: change(items, "[]") }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map((child) => change(child, "")) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: change(additionalProperties, "*") } : {}),
  };
}

const encrypted: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** At the secret paths a value is what `pulumi config set --secret --path` writes, and nothing else. */
function withEncryptedValues(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const isSecret = secretPaths.some((secret) => secret.join(".") === path.join("."));
  if (isSecret) return { ...encrypted, ...(schema.description ? { description: schema.description } : {}) };
  return {
    ...schema,
    ...mapChildren(schema, (child, key) => withEncryptedValues(child, [...path, key === "[]" ? "*" : key])),
  };
}
