export type Inputs = Readonly<Record<string, unknown>>;

/** What a provider does with an input beside any call that creates: it deletes by it, or takes time. */
const ofTheProvider = new Set(["forceDestroy", "skipDestroy", "deletionProtection", "disableOnDestroy"]);

export function present(params: Readonly<Record<string, unknown>>): Inputs {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

/** A name that the engine would make up where the program gives none. */
export const named = (given: unknown, name: string): string => (typeof given === "string" ? given : `${name}-1a2b3c4`);

/** Inputs that tell which of them were never read: what is in no call has no judge. */
export function watched(given: Inputs): { readonly inputs: Inputs; readonly unread: () => string[] } {
  const unread = new Set(Object.keys(given).filter((key) => given[key] !== undefined));
  const inputs = new Proxy(given, {
    get: (target, key) => {
      unread.delete(String(key));
      return target[String(key)];
    },
  });
  return { inputs, unread: () => [...unread].filter((key) => !ofTheProvider.has(key)) };
}
