import { isPlain, UNKNOWN, type Plain } from "../model/values.js";

/** The SDK hands out proxies that throw at unknown values; this name reads what is behind one. */
const BEHIND_PROXY = "__getSpecialProxyTarget";

/** How the engine spells a value that only the deployment will know, by its type. Part of the wire protocol. */
const SENTINELS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A resource's properties as plain data, unknown values marked instead of thrown. */
export function toPlain(props: unknown): Plain {
  const plain = convert(props);
  return isPlain(plain) ? plain : {};
}

function convert(value: unknown): unknown {
  if (typeof value === "string") return SENTINELS.has(value) ? UNKNOWN : value;
  if (typeof value !== "object" || value === null) return value;
  const target = (value as Record<string, unknown>)[BEHIND_PROXY] ?? value;
  if (Array.isArray(target)) return target.map(convert);
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(target)) copy[key] = convert(entry);
  return copy;
}
