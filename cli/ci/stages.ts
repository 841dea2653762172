import type { StackConfig } from "../../config/schema/stack.js";

/** A part of a stack that is updated on its own, with a plan of its own. */
export interface Stage {
  /** Name of its plan's file: a region's key, or `rest`. */
  readonly name: string;
  /** The secondary region; absent for everything else. */
  readonly region?: string;
  /** What the engine is told to touch. */
  readonly scope: readonly string[];
}

/** Pattern of the URNs of a region's resources: every name starts with the region's key. */
function resourcesOf(stack: string, region: string): string {
  return `urn:pulumi:${stack}::*::**::${region}**`;
}

/**
 * The secondary regions one by one, then the rest: disjoint, because a plan holds only for exactly what it was made for.
 * A first deployment is one stage: nothing serves yet that could go first.
 */
export function stagesOf({ regions }: StackConfig, stack: string, exists: boolean): readonly Stage[] {
  const secondaries = exists ? regions.filter(({ role }) => role === "secondary").map(({ key }) => key) : [];
  return [
    ...secondaries.map((region) => ({
      name: region,
      region,
      scope: ["--target", resourcesOf(stack, region)],
    })),
    { name: "rest", scope: secondaries.flatMap((region) => ["--exclude", resourcesOf(stack, region)]) },
  ];
}
