import { present, type Inputs } from "../inputs.js";

export type Outputs = Readonly<Record<string, unknown>>;

/** One resource on its way to AWS. */
export interface Creation {
  readonly name: string;
  /** Every input has to be read: one that no call takes has no judge. */
  readonly inputs: Inputs;
  readonly region: string;
  /** Makes a call; the answer is empty where only the model could judge. */
  readonly call: (service: string, operation: string, params: Inputs) => Promise<Outputs>;
  /** Holds a call to the model alone: what it would do is not wanted yet. */
  readonly check: (service: string, operation: string, params: Inputs) => Promise<void>;
}

export type Create = (creation: Creation) => Promise<Outputs>;

const isObject = (value: unknown): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const capital = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);

/** Names as the API spells them: the provider's begin small, and some are plural for a list or say what is an id. */
export function pascal(value: unknown, renamed: Readonly<Record<string, string>> = {}): unknown {
  if (Array.isArray(value)) return value.map((item) => pascal(item, renamed));
  // The provider's schema has a third state for some truths, and spells them all.
  if (value === "true" || value === "false") return value === "true";
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [renamed[key] ?? capital(key), pascal(inner, renamed)]),
  );
}

export const keyValues = (tags: unknown): { Key: string; Value: string }[] | undefined =>
  isObject(tags) ? Object.entries(tags).map(([Key, value]) => ({ Key, Value: String(value) })) : undefined;

export const tagged = (resourceType: string, tags: unknown): object => {
  const pairs = keyValues(tags);
  return pairs === undefined ? {} : { TagSpecifications: [{ ResourceType: resourceType, Tags: pairs }] };
};

export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);

export const textAt = (value: unknown, ...path: readonly (string | number)[]): string => String(at(value, ...path));

/** A resource of EC2 that one call creates. */
export const created =
  (operation: string, params: (inputs: Inputs) => Inputs, id: readonly string[]): Create =>
  async ({ inputs, call }) => {
    const answer = await call("ec2", operation, present(params(inputs)));
    return { id: textAt(answer, ...id) };
  };
