import type { EksNodePoolConfig } from "../../../config/schema/regions.js";
import { spread } from "../network-plan.js";

/** One managed node group: a pool's share of one zone. */
export interface NodeGroupPlan {
  /** `<pool>-z<zone>`. */
  readonly key: string;
  readonly pool: EksNodePoolConfig;
  /** Position of the zone, from 1. */
  readonly zone: number;
  readonly minSize: number;
  readonly desiredSize: number;
  readonly maxSize: number;
}

/**
 * One node group a pool and zone, with the pool's numbers spread over the zones. A group over several zones cannot be
 * scaled where it matters: a store's volume is bound to its zone, and the autoscaler does not choose the zone in which
 * a group grows. A zone whose share of the maximum is 0 gets no group, as EKS takes none of that size.
 */
export function planNodeGroups(pools: readonly EksNodePoolConfig[], zones: number): readonly NodeGroupPlan[] {
  return pools.flatMap((pool) => {
    const [min, desired, max] = [pool.min, pool.desired, pool.max].map((total) => spread(total, zones));
    return Array.from({ length: zones }, (_, index) => ({
      key: `${pool.name}-z${index + 1}`,
      pool,
      zone: index + 1,
      minSize: min?.[index] ?? 0,
      desiredSize: desired?.[index] ?? 0,
      maxSize: max?.[index] ?? 0,
    })).filter(({ maxSize }) => maxSize > 0);
  });
}

/** Amazon Linux 2023 for the processor of the instance types: Graviton families have a `g` after the generation. */
export function amiType(instanceTypes: readonly string[]): "AL2023_ARM_64_STANDARD" | "AL2023_x86_64_STANDARD" {
  return instanceTypes.every((type) => /^[a-z]+\d+g[a-z-]*\./.test(type))
    ? "AL2023_ARM_64_STANDARD"
    : "AL2023_x86_64_STANDARD";
}
