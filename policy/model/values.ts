/**
 * Reading of plain data that nobody vouches for: manifests by hand, resources with computed values, objects of a live
 * cluster. Every reader answers for every input; none throws.
 */

/** Stands in the place of a value that only the deployment will know (a Pulumi output in a preview). */
export const UNKNOWN: unique symbol = Symbol.for("agent-platform.unknown-until-deployment") as never;
export type Unknown = typeof UNKNOWN;

export type Plain = Readonly<Record<string, unknown>>;

const NOTHING: Plain = Object.freeze({});
const EMPTY: readonly never[] = Object.freeze([]);

export function isUnknown(value: unknown): value is Unknown {
  return value === UNKNOWN;
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one where it is anything else. */
export function record(value: unknown): Plain {
  return isPlain(value) ? value : NOTHING;
}

/** The value as a list; an empty one where it is anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : EMPTY;
}

/** The objects of a list; entries of other types are left out (the shape check reports them). */
export function records(value: unknown): readonly Plain[] {
  return list(value).filter(isPlain);
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The strings of a list. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((entry) => typeof entry === "string");
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The value at a path; `UNKNOWN` as soon as a step on the way is unknown; `undefined` where a step is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (current === UNKNOWN) return UNKNOWN;
    if (typeof current !== "object" || current === null) return undefined;
    current = Object.hasOwn(current, step) ? (current as Record<string | number, unknown>)[step] : undefined;
  }
  return current;
}

/** A map of strings (labels, annotations): numbers and booleans as Kubernetes' own YAML reader would refuse are dropped. */
export function stringMap(value: unknown): Readonly<Record<string, string>> {
  const source = record(value);
  for (const key in source) {
    if (typeof source[key] !== "string") {
      return Object.fromEntries(Object.entries(source).filter(([, entry]) => typeof entry === "string")) as Record<
        string,
        string
      >;
    }
  }
  return source as Record<string, string>;
}

/** Whether an unknown value is somewhere inside; looks at most `depth` levels down, so that a cyclic value ends. */
export function holdsUnknown(value: unknown, depth = 12): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null || depth === 0) return false;
  return Object.values(value).some((entry) => holdsUnknown(entry, depth - 1));
}

/** A stable spelling for comparisons: keys sorted, unknowns marked, at most 12 levels deep. */
export function fingerprint(value: unknown, depth = 12): string {
  if (value === UNKNOWN) return "<unknown>";
  if (Array.isArray(value)) return depth === 0 ? "[…]" : `[${value.map((e) => fingerprint(e, depth - 1)).join(",")}]`;
  if (!isPlain(value)) return value === undefined ? "" : JSON.stringify(value);
  if (depth === 0) return "{…}";
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${key}:${fingerprint(value[key], depth - 1)}`).join(",")}}`;
}

/** A value as a message shows it: at most 60 characters, on one line. */
export function shown(value: unknown): string {
  const spelled = typeof value === "string" ? value : fingerprint(value, 2);
  const line = spelled.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
