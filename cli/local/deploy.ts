import { keepPasswords, readPasswords } from "../../operations/local/attach.js";
import { awaitWorkloads, deployRegion } from "../../operations/local/deploy.js";
import { supplyImages } from "../../operations/local/images/supply.js";
import type { RunningRegion } from "../../operations/local/region.js";
import { startProgress } from "../output/progress.js";
import { localObjects } from "./objects.js";
import { serviceImage } from "./service-image.js";

export const NAMESPACE = "agent-memory";

const service = [[/\/agent-memory-service:/, serviceImage]] as const;

/** Says what is being done while it is. */
export async function during<T>(what: string, work: () => Promise<T>): Promise<T> {
  const progress = startProgress(what);
  try {
    return await work();
  } finally {
    progress.stop();
  }
}

/** Brings the stack `local`, as its file says now, onto the regions that run, one after the other. */
export async function deployAll(regions: readonly RunningRegion[], folder: string): Promise<void> {
  const passwords = await readPasswords(folder);
  const rendered = await localObjects(regions, passwords);
  // Before any object has them: a run that dies in between leaves nothing that cannot be applied again.
  await keepPasswords(folder, passwords);
  for (const [index, region] of regions.entries()) {
    const objects = rendered[index] ?? [];
    const without = await during(`${region.name}: images`, async () => await supplyImages(region, objects, service));
    const { applied, removed, left } = await during(
      `${region.name}: objects`,
      async () => await deployRegion(region, objects, folder),
    );
    process.stderr.write(`${region.name}: ${applied} objects applied${removed > 0 ? `, ${removed} removed` : ""}\n`);
    for (const { object, reason } of left) process.stderr.write(`  left out: ${object} (${reason})\n`);
    for (const image of without) process.stderr.write(`  no image of ${image}: its pods wait\n`);
    await during(`${region.name}: pods`, async () => await awaitWorkloads(region, NAMESPACE));
  }
}
