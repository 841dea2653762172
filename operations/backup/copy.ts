import type { ObjectStorage } from "./storage.js";

export interface CopyResult {
  readonly copied: number;
  readonly bytes: number;
  readonly removed: number;
  readonly unchanged: number;
}

/**
 * Makes the target hold what the source holds: new and changed objects are copied, what the source has pruned goes too.
 * Both buckets keep versions, so neither step destroys anything at once. An empty source removes nothing: it is more
 * likely a mistake than a wish. Catalogue records are copied last, so that no record names an object that is not there.
 */
export async function copyAll(from: ObjectStorage, to: ObjectStorage): Promise<CopyResult> {
  const source = await from.list("");
  const target = new Map((await to.list("")).map((object) => [object.key, object]));
  const isRecord = (key: string): boolean => key.startsWith("catalogue/");
  const wanted = source.filter(({ key }) => !key.endsWith(".lock"));
  const ordered = [...wanted.filter(({ key }) => !isRecord(key)), ...wanted.filter(({ key }) => isRecord(key))];
  let copied = 0;
  let bytes = 0;
  for (const object of ordered) {
    const there = target.get(object.key);
    if (there !== undefined && there.bytes === object.bytes && there.modified >= object.modified) continue;
    bytes += (await to.upload(object.key, await from.read(object.key))).bytes;
    copied += 1;
  }
  const kept = new Set(wanted.map(({ key }) => key));
  const extra = wanted.length === 0 ? [] : [...target.keys()].filter((key) => !kept.has(key));
  for (const key of extra) await to.remove(key);
  return { copied, bytes, removed: extra.length, unchanged: ordered.length - copied };
}
