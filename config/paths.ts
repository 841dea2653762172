/** A configuration path as the user writes it: `regions[0].network.cidr`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`))
    .join("");
}

export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    root,
  );
}

/** A copy of `root` without the value at `path`; array elements are kept in place as `undefined`. */
export function withoutValueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined || typeof root !== "object" || root === null) return undefined;
  const copy = (Array.isArray(root) ? [...(root as unknown[])] : { ...root }) as Record<PropertyKey, unknown>;
  if (rest.length > 0) copy[head] = withoutValueAt(copy[head], rest);
  else if (typeof head === "number") copy[head] = undefined;
  else Reflect.deleteProperty(copy, head);
  return copy;
}
