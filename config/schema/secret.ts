import { z } from "zod";

/** Stands in for an encrypted value where nothing decrypts it (the offline preview). */
export const encryptedMarker = "[encrypted]";

const registry = z.registry<{ readonly secret: true }>();

/**
 * Text that the stack file must hold encrypted (`pulumi config set --secret --path`). Whoever cannot decrypt it sees the
 * marker, which every such key takes beside what `schema` takes.
 */
export function secret(schema: z.ZodType<string> = z.string()): z.ZodType<string, string> {
  const text = z.string().superRefine((value, context) => {
    const result = value === encryptedMarker ? undefined : schema.safeParse(value);
    for (const issue of result?.error?.issues ?? []) context.addIssue({ code: "custom", message: issue.message });
  });
  return text.register(registry, { secret: true });
}

/** Paths of every secret in a schema; `*` stands for any key of a map and any entry of a list. */
export function secretPathsOf(schema: z.core.$ZodType, path: readonly string[] = []): string[][] {
  if (registry.get(schema)) return [[...path]];
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return Object.entries(def.shape).flatMap(([key, child]) => secretPathsOf(child, [...path, key]));
    case "array":
      return secretPathsOf(def.element, [...path, "*"]);
    case "record":
      return secretPathsOf(def.valueType, [...path, "*"]);
    case "union":
      return def.options.flatMap((option) => secretPathsOf(option, path));
    case "optional":
    case "default":
    case "prefault":
      return secretPathsOf(def.innerType, path);
    default:
      return [];
  }
}
