import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubeApi, KubeObject } from "./servers/region/api.js";

/** What tells an object from all others of its cluster. */
export type Identity = Pick<KubeObject, "apiVersion" | "kind" | "metadata">;

const keyOf = ({ apiVersion, kind, metadata }: Identity): string =>
  // A kind that moved to another version of its group is the same object.
  [apiVersion.split("/").length > 1 ? apiVersion.split("/")[0] : "", kind, metadata.namespace, metadata.name].join(" ");

export function identityOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): Identity {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

const fileOf = (folder: string, region: string): string => join(folder, `objects-${region}.json`);

/** What earlier runs applied to a region, as they noted it in the platform's folder. */
export async function readFormer(folder: string, region: string): Promise<Identity[]> {
  const text = await readFile(fileOf(folder, region), "utf8").catch(() => "[]");
  return JSON.parse(text) as Identity[];
}

/** Notes what is or was applied to a region, before it is: a run that dies in between leaves nothing that nobody knows. */
export async function keepFormer(folder: string, region: string, objects: readonly Identity[]): Promise<void> {
  await writeFile(fileOf(folder, region), JSON.stringify(objects));
}

/** Objects of a list that another has not. */
export function without(objects: readonly Identity[], others: readonly Identity[]): Identity[] {
  const known = new Set(others.map(keyOf));
  return objects.filter((object) => !known.has(keyOf(object)));
}

/** Removes objects, the last applied first, as the engine does. */
export async function removeObjects(api: KubeApi, objects: readonly Identity[]): Promise<void> {
  for (const object of [...objects].reverse()) await api.remove(object);
}
