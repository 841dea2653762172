import { backupImage } from "../../cli/local/backup-image.js";
import { localObjects } from "../../cli/local/objects.js";
import { supplyImages } from "../../operations/local/images/supply.js";
import { makeBuckets } from "../../operations/local/object-store.js";
import { keepPasswords, readPasswords } from "../../operations/local/passwords.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { oncePer } from "../support/once-per.js";
import { standInSpec } from "./platform.js";

interface Stack {
  readonly objects: readonly KubeObject[];
  /** Images that cannot be made here. */
  readonly missing: readonly string[];
}

/**
 * What the stack `local` is in the platform's first region, passwords included the same for all who deploy it; its nodes
 * have its images, the stand-in's in the place of the service's.
 */
export const stackOf = oncePer(async ({ regions, folder }: LocalPlatform): Promise<Stack> => {
  const passwords = await readPasswords(folder);
  const [objects = [], ...others] = await localObjects(regions, passwords);
  await keepPasswords(folder, passwords);
  await makeBuckets(folder, [objects, ...others].flat());
  const missing = await supplyImages(regions[0]!, objects, [
    [/\/agent-memory-service:/, async (names) => await standInSpec("1.0.0", names)],
    [/\/agent-platform-backup:/, backupImage],
  ]);
  return { objects, missing };
});
