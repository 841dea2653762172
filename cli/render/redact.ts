const REDACTED = "[secret]";
const UNKNOWN = "[unknown until deploy]";
const UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * A copy of a resource's inputs that may be written to disk: every secret replaced, with keys in alphabetical order so
 * that the same program gives the same bytes.
 */
export function redact(value: unknown, secretPaths: readonly string[], path = ""): unknown {
  if (secretPaths.includes(path)) return REDACTED;
  if (value === UNKNOWN_SENTINEL) return UNKNOWN;
  if (Array.isArray(value)) return value.map((item: unknown, index) => redact(item, secretPaths, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, redact(inner, secretPaths, path === "" ? key : `${path}.${key}`)]),
  );
}
