import type { RunningRegion } from "../region.js";
import { CONTAINERD_SOCKET } from "../node.js";
import type { KubeObject } from "../servers/region/api.js";
import { POSTGRES_IMAGE } from "../system/postgres-cluster.js";
import type { ImageSpec } from "./archive.js";
import { busyboxImage, imageArchive, serverImage } from "./catalogue.js";
import { loadImages } from "./load.js";
import { postgresImage, redisExporterStandIn, redisImage } from "./stores.js";

/** Makes the image of some workload under the names by which workloads ask for it. */
export type ImageMaker = (names: readonly string[]) => Promise<ImageSpec>;

/** Images that can be made here, by the last part of their names. */
const MAKERS: readonly (readonly [RegExp, ImageMaker])[] = [
  [/\/busybox:/, busyboxImage],
  [/\/redis:/, redisImage],
  [/\/redis_exporter:/, redisExporterStandIn],
  [/\/postgres:/, postgresImage],
  [/\/weaviate:/, async (names) => await serverImage("weaviate-server", names)],
];

/** The name in full, as the kubelet asks the runtime for it. */
export function fullName(image: string): string {
  const [first = ""] = image.split("/");
  if (/[.:]/.test(first) && image.includes("/")) return image;
  return image.includes("/") ? `docker.io/${image}` : `docker.io/library/${image}`;
}

/** Every image that objects name, wherever their pods are described. */
export function imagesOf(objects: readonly KubeObject[]): string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === "image" && typeof inner === "string") found.add(fullName(inner));
        else walk(inner);
      }
    }
  };
  walk(objects.filter(({ kind }) => ["Deployment", "StatefulSet", "Rollout", "CronJob"].includes(kind)));
  return [...found];
}

/**
 * Makes the images that a region's workloads name and gives them to its nodes.
 * @returns the images that cannot be made here; their pods will wait.
 */
export async function supplyImages(
  region: RunningRegion,
  objects: readonly KubeObject[],
  own: readonly (readonly [RegExp, ImageMaker])[],
): Promise<string[]> {
  const missing: string[] = [];
  const archives: string[] = [];
  for (const image of [...imagesOf(objects), POSTGRES_IMAGE]) {
    const maker = [...own, ...MAKERS].find(([pattern]) => pattern.test(image))?.[1];
    if (maker === undefined) missing.push(image);
    else archives.push(await imageArchive(await maker([image])));
  }
  await Promise.all(region.nodes.map(async ({ place }) => await loadImages(place.space, CONTAINERD_SOCKET, archives)));
  return missing;
}
