import type { Check, Parameter, ParameterValue } from "../engine/check.js";
import type { Exemption } from "../engine/exemptions.js";
import type { Settings } from "../engine/judge.js";
import { list, record, text } from "../model/values.js";

/** JSON Schema of a check's configuration: its parameters and its central exemptions. */
export function schemaOf(check: Check): { readonly properties: Readonly<Record<string, object>> } {
  const parameters = Object.entries(check.parameters ?? {}).map(([name, parameter]) => [
    name,
    schemaOfParameter(parameter),
  ]);
  const own = Object.fromEntries(parameters) as Record<string, object>;
  return { properties: check.exemptible === false ? own : { ...own, exempt: EXEMPT } };
}

function schemaOfParameter({ type, description, default: value }: Parameter): object {
  const items = type === "array" ? { items: { type: "string" } } : {};
  return { type, description, default: value, ...items };
}

const EXEMPT = {
  type: "array",
  description: "Resources that the check leaves alone, each with a reason and the last day on which that holds.",
  items: {
    type: "object",
    properties: {
      resource: { type: "string", description: "Resource id; * stands for any run of characters." },
      reason: { type: "string", minLength: 1 },
      expires: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
    },
    required: ["resource", "reason", "expires"],
  },
} as const;

/** The engine's settings from one check's configuration. */
export function settingsOf(check: Check, config: unknown): Settings {
  const { exempt, ...configured } = record(config);
  const given = Object.fromEntries(Object.entries(configured).filter(([name]) => name !== "enforcementLevel"));
  return {
    parameters: { [check.id]: given as Record<string, ParameterValue> },
    exemptions: exemptionsOf(check.id, exempt),
  };
}

/** The central exemptions of one check. */
export function exemptionsOf(check: string, value: unknown): Exemption[] {
  return list(value).map((entry) => {
    const { resource, reason, expires } = record(entry);
    return { check, resource: text(resource) ?? "", reason: text(reason) ?? "", expires: text(expires) ?? "" };
  });
}
