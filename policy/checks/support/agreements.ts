import { at, isPlain, UNKNOWN } from "../../model/values.js";

/** One entry of the check agreed-values. */
export interface Agreement {
  /** Resource id, `*` for any run of characters. */
  readonly resource: string;
  readonly path: string;
  readonly steps: readonly string[];
  readonly operator: "=" | ">=" | "<=" | "~" | "";
  readonly wanted: string;
}

const ENTRY = /^(.+?)\s*\|\s*((?:[^\s=<>~[\]]|\[[^\]]*\])+)\s*(=|>=|<=|~)?\s*(.*)$/;
const STEP = /\[([^\]]*)\]|([^.[\]]+)/g;

/** Reads `RESOURCE | PATH OPERATOR VALUE`; what has no such form agrees on something that is never there. */
export function parseAgreement(entry: string): Agreement {
  const [, resource = entry, path = "", operator = "", wanted = ""] = ENTRY.exec(entry) ?? [];
  const steps = [...path.matchAll(STEP)].map(([, bracketed, plain]) => bracketed ?? plain ?? "");
  return { resource, path, steps, operator: operator as Agreement["operator"], wanted: wanted.trim() };
}

/** The value at a path; a step into a list finds its entry by position, name, type or key. */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  let current = value;
  for (const step of steps) {
    if (current === UNKNOWN) return UNKNOWN;
    current = Array.isArray(current) ? entryOf(current, step) : at(current, step);
  }
  return current;
}

function entryOf(entries: readonly unknown[], step: string): unknown {
  if (/^\d+$/.test(step)) return entries[Number(step)];
  return entries.find((entry) => isPlain(entry) && [entry.name, entry.type, entry.key].includes(step));
}
