import { openPlace } from "./places.js";
import type { Site } from "./site.js";

/** Object in the control bucket that says who is primary now. */
export const primaryKey = ({ stack }: Pick<Site, "stack">): string => `primary/${stack}.json`;

/** Who is primary by the record of the last recovery; undefined where there was none. */
export async function recordedPrimary(site: Site): Promise<string | undefined> {
  const found = await openPlace(site.control).readVersion(primaryKey(site));
  return found === undefined ? undefined : (JSON.parse(found.text) as { readonly primary: string }).primary;
}
