import { awaitWorkloads, deployRegion } from "../../operations/local/deploy.js";
import { supplyImages } from "../../operations/local/images/supply.js";
import type { LocalPlan } from "../../operations/local/platform.js";
import type { RunningRegion } from "../../operations/local/region.js";
import { makeBuckets } from "../../operations/local/object-store.js";
import { keepPasswords, readPasswords } from "../../operations/local/passwords.js";
import { replicationOf } from "../../operations/local/system/postgres.js";
import { startProgress } from "../output/progress.js";
import { backupImage } from "./backup-image.js";
import { localObjects } from "./objects.js";
import { serviceImage } from "./service-image.js";

export const NAMESPACE = "agent-memory";

/** What `local up` starts. */
export const planOf = (name: string): LocalPlan => ({
  name,
  images: [],
  metrics: true,
  regions: [
    { name: "local-a", nodes: 2, podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" },
    { name: "local-b", nodes: 1, podCidr: "10.245.0.0/16", serviceCidr: "10.97.0.0/16" },
  ],
});

/** Images of the platform's own programs. */
export const ownImages = [
  [/\/agent-memory-service:/, serviceImage],
  [/\/agent-platform-backup:/, backupImage],
] as const;

/** Says what is being done while it is. */
export async function during<T>(what: string, work: () => Promise<T>): Promise<T> {
  const progress = startProgress(what);
  try {
    return await work();
  } finally {
    progress.stop();
  }
}

/** Brings the stack `local`, as its file says now, onto the regions that run, and waits for its pods. */
export async function deployAll(regions: readonly RunningRegion[], folder: string): Promise<void> {
  const passwords = await readPasswords(folder);
  const rendered = await localObjects(regions, passwords);
  // Before any object has them: a run that dies in between leaves nothing that cannot be applied again.
  await keepPasswords(folder, passwords);
  await makeBuckets(folder, rendered.flat());
  const plans = regions.map(({ plan }) => plan);
  const replication = replicationOf(plans, rendered);
  for (const [index, region] of regions.entries()) {
    const objects = rendered[index] ?? [];
    const without = await during(`${region.name}: images`, async () => await supplyImages(region, objects, ownImages));
    const { applied, removed, left } = await during(
      `${region.name}: objects`,
      async () => await deployRegion(region, objects, { folder, replication }),
    );
    process.stderr.write(`${region.name}: ${applied} objects applied${removed > 0 ? `, ${removed} removed` : ""}\n`);
    for (const { object, reason } of left) process.stderr.write(`  left out: ${object} (${reason})\n`);
    for (const image of without) process.stderr.write(`  no image of ${image}: its pods wait\n`);
  }
  // Together: the pods of the first start while the second gets its images.
  await during("pods", async () => {
    await Promise.all(
      regions.flatMap((region) => ["kube-system", NAMESPACE].map(async (of) => await awaitWorkloads(region, of))),
    );
  });
}
