import { z } from "zod";
import { ExitCode, PlatformError, showValue, type Fault } from "../common/errors.js";
import { formatPath, valueAt, withoutValueAt } from "./paths.js";
import { crossFieldRules } from "./rules/index.js";
import { isSecretPath } from "./secrets.js";
import { stackSchema, type StackConfig } from "./schema/stack.js";

type Issue = z.core.$ZodIssue;

/**
 * Checks a stack's raw configuration and returns it with every default filled in.
 * @throws PlatformError with exit code 2 and every fault at once.
 */
export function validateConfig(raw: unknown, stack: string, earlier: readonly Fault[] = []): StackConfig {
  const faults = [...earlier];
  const { config, left } = parse(raw, faults);
  const known = new Set([...faults.map((fault) => fault.path), ...left]);
  faults.push(...brokenRules(config).filter((fault) => !known.has(fault.path)));
  if (faults.length > 0) throw configurationError(stack, faults);
  return config;
}

/** A part of the configuration that cannot be read. */
class Unreadable extends Error {}

/** What the rules across fields find; one that needs a part that cannot be read has nothing to say yet. */
function brokenRules(config: StackConfig): Fault[] {
  return crossFieldRules.flatMap((rule) => {
    try {
      return rule(config);
    } catch (thrown) {
      if (thrown instanceof Unreadable) return [];
      throw thrown;
    }
  });
}

/** The parts that can be read; whoever asks for another one is stopped. */
function readableParts(schema: z.core.$ZodType, candidate: unknown): unknown {
  const { success, data } = z.core.safeParse(schema, candidate);
  if (success) return data;
  const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
  if (!(inner instanceof z.ZodObject) || typeof candidate !== "object") throw new Unreadable();
  const parts = {};
  for (const [key, part] of Object.entries<z.core.$ZodType>(inner.shape)) {
    const get = (): unknown => readableParts(part, valueAt(candidate, [key]));
    Object.defineProperty(parts, key, { get, enumerable: true });
  }
  return parts;
}

interface Parsed {
  readonly config: StackConfig;
  /** Places that lack a value because it was at fault: what a rule says of them follows from that. */
  readonly left: readonly string[];
}

export function configurationError(stack: string, faults: readonly Fault[]): PlatformError {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  return new PlatformError(`configuration of stack ${stack} has ${count}:`, ExitCode.configuration, faults);
}

/**
 * Parses, collecting every fault. Where only some values are at fault the rest is parsed again without them, so that
 * the rules across fields are checked in the same run and the user sees all there is to mend.
 */
function parse(raw: unknown, faults: Fault[]): Parsed {
  let candidate = raw;
  const left: string[] = [];
  for (let pass = 0; pass < 3; pass += 1) {
    const result = stackSchema.safeParse(candidate);
    if (result.success) return { config: result.data, left };
    const issues = result.error.issues.flatMap(flatten);
    if (pass === 0) faults.push(...issues.map((issue) => faultOf(issue, raw)));
    for (const issue of issues) {
      candidate = withoutIssue(candidate, issue);
      if (issue.code !== "unrecognized_keys") left.push(formatPath(issue.path.slice(0, -1)));
    }
  }
  return { config: readableParts(stackSchema, candidate) as StackConfig, left };
}

/** Members of a union are reported by the branch that the user meant, which zod lists with the fewest issues. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const branch = issue.errors.reduce((best, errors) => (errors.length < best.length ? errors : best));
  return branch.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }));
}

function withoutIssue(candidate: unknown, issue: Issue): unknown {
  if (issue.code !== "unrecognized_keys") return withoutValueAt(candidate, issue.path);
  return issue.keys.reduce((rest: unknown, key) => withoutValueAt(rest, [...issue.path, key]), candidate);
}

function faultOf(issue: Issue, raw: unknown): Fault {
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.map((key) => (path === "" ? key : `${path}.${key}`)).join(", ");
    return {
      path: keys,
      rule: "is no configuration key",
      fix: "check its spelling against docs/configuration.md, or remove it",
    };
  }
  const value = valueAt(raw, issue.path);
  const received = isSecretPath(issue.path) ? {} : { received: showValue(value) };
  if (value === undefined) return { path, rule: "is required", fix: `set it: ${requirement(issue)}` };
  return {
    path,
    ...received,
    rule: requirement(issue),
    fix: `change it; docs/configuration.md describes ${topKey(path)}`,
  };
}

function topKey(path: string): string {
  return path.split(/[.[]/)[0] ?? path;
}

function requirement(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "invalid_value":
      return `must be one of ${shorten(issue.values.map(String))}`;
    case "too_small":
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_union":
      return issue.discriminator === undefined
        ? issue.message
        : `must have a known ${issue.discriminator}: aws, gcp or existing`;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" || origin === "set" ? " entries" : "";
}

function shorten(values: readonly string[]): string {
  return values.length <= 12 ? values.join(", ") : `${values.slice(0, 12).join(", ")} and ${values.length - 12} more`;
}
