import type { RegionConfig } from "./schema/regions.js";

/**
 * The Google Cloud project whose fleet the stack's clusters form, which multi-cluster Services need: all of them are GKE
 * clusters of that one project. Absent for every other stack.
 */
export function fleetProject(regions: readonly RegionConfig[]): string | undefined {
  const projects = new Set(regions.map((region) => (region.cloud === "gcp" ? region.project : undefined)));
  return regions.length > 1 && projects.size === 1 ? [...projects][0] : undefined;
}
