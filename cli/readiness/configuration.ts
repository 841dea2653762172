import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { ExitCode, messageOf, PlatformError, showValue, type Fault } from "../../common/errors.js";
import { CHECKS } from "../../policy/checks/index.js";
import type { Check, Parameter, ParameterValue } from "../../policy/engine/check.js";
import { faultOfExemption, type Exemption } from "../../policy/engine/exemptions.js";
import type { Settings } from "../../policy/engine/judge.js";
import { exemptionsOf } from "../../policy/pack/settings.js";
import { isPlain, record, text } from "../../policy/model/values.js";

/** The rule book's configuration file, in the form of a Pulumi policy pack's own. */
export interface RuleBookConfiguration {
  readonly settings?: Settings;
  readonly environment?: string;
  /** What is wrong with single entries; the others are in force. */
  readonly faults?: readonly Fault[];
}

const LEVELS = new Set(["disabled", "advisory", "mandatory", "remediate"]);

/**
 * Reads `{ "<check>": "disabled" | { enforcementLevel?, <parameter>: value, exempt?: [{ resource, reason,
 * expires }] }, "all": level, "environment": name }`: the file that `--policy-pack-config` takes serves as well.
 */
export function readConfiguration(file: string, now: Date): RuleBookConfiguration {
  let content: unknown;
  try {
    content = load(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new PlatformError("the rule book's configuration cannot be read", ExitCode.configuration, [
      { path: file, rule: messageOf(thrown).split("\n")[0] ?? "", fix: "write YAML or JSON" },
    ]);
  }
  return parseConfiguration(content, { file, now });
}

interface Origin {
  readonly file: string;
  readonly now: Date;
}

export function parseConfiguration(content: unknown, origin: Origin): RuleBookConfiguration {
  const faults: Fault[] = [];
  const disabled: string[] = [];
  const parameters: Record<string, Record<string, ParameterValue>> = {};
  const exemptions: Exemption[] = [];
  const { all, environment, ...checks } = record(content);
  if (!isPlain(content))
    faults.push({
      path: origin.file,
      received: showValue(content),
      rule: "is an object",
      fix: "map check ids to levels",
    });
  if (all === "disabled") disabled.push(...CHECKS.map((check) => check.id));
  for (const [id, entry] of Object.entries(checks)) {
    const check = CHECKS.find((candidate) => candidate.id === id);
    const path = `${origin.file} ${id}`;
    if (!check) faults.push({ path, rule: "names a check of the rule book", fix: "see docs/checks.md for the ids" });
    else parameters[id] = readEntry(check, entry, { path, faults, disabled, exemptions, now: origin.now });
  }
  return {
    settings: { parameters, disabled, exemptions },
    ...(typeof environment === "string" ? { environment } : {}),
    faults,
  };
}

interface Sink {
  readonly path: string;
  readonly faults: Fault[];
  readonly disabled: string[];
  readonly exemptions: Exemption[];
  readonly now: Date;
}

function readEntry(check: Check, entry: unknown, sink: Sink): Record<string, ParameterValue> {
  const { path, faults, disabled } = sink;
  const { enforcementLevel, exempt, ...given } =
    typeof entry === "string" ? { enforcementLevel: entry } : record(entry);
  readExemptions(check, exempt, sink);
  if (enforcementLevel !== undefined && !LEVELS.has(text(enforcementLevel) ?? "")) {
    faults.push({ path, received: showValue(enforcementLevel), rule: "is a level", fix: [...LEVELS].join(", ") });
  }
  if (enforcementLevel === "disabled") disabled.push(check.id);
  const values: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const parameter = check.parameters?.[name];
    if (!parameter) {
      const names = Object.keys(check.parameters ?? {}).join(", ");
      faults.push({
        path: `${path}.${name}`,
        rule: "names a parameter of the check",
        fix: names === "" ? "it has none" : names,
      });
    } else if (!fits(value, parameter)) {
      faults.push({
        path: `${path}.${name}`,
        received: showValue(value),
        rule: `is of type ${parameter.type}`,
        fix: parameter.description,
      });
    } else values[name] = value as ParameterValue;
  }
  return values;
}

function fits(value: unknown, { type }: Parameter): boolean {
  if (type === "array") return Array.isArray(value) && value.every((entry) => typeof entry === "string");
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function readExemptions(check: Check, value: unknown, { path, faults, exemptions, now }: Sink): void {
  exemptionsOf(check.id, value).forEach((exemption, index) => {
    const fault = faultOfExemption(exemption, new Set([check.id]), now);
    if (fault === undefined && check.exemptible !== false) exemptions.push(exemption);
    else {
      const rule = fault ?? "the check allows no exemption";
      faults.push({ path: `${path}.exempt[${index}]`, rule, fix: "give resource, reason and expires, or remove it" });
    }
  });
}
