import { isDeepStrictEqual } from "node:util";

/** A resource's inputs or outputs as the engine sends them. */
export type Properties = Readonly<Record<string, unknown>>;

/** Names of the top-level properties that differ. */
export function changedKeys(before: Properties, after: Properties): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  // The SDK's own fields (`__defaults`, …) are no properties.
  return [...names].filter((name) => !name.startsWith("__") && !isDeepStrictEqual(before[name], after[name]));
}
