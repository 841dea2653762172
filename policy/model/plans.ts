import type { Resource } from "./resource.js";
import { holdsUnknown, number, record, records, text, texts } from "./values.js";
import type { PlatformView } from "./view.js";

export interface RecoveryPlan {
  readonly id: string;
  readonly rtoMinutes: number | undefined;
  readonly rpoMinutes: number | undefined;
  readonly stores: readonly string[];
  /** Recovery points of single stores, in minutes, where the plan states them. */
  readonly storeRpoMinutes: Readonly<Record<string, number>>;
  readonly regions: readonly string[];
  /** Moment of the last drill, RFC 3339. */
  readonly lastDrill: string | undefined;
}

/**
 * The plans of a cluster's ConfigMap `recovery-plans`, else those of any cluster's. Entries that are no JSON object are
 * reported as plans without figures.
 */
export function plansOf(cluster: string, view: PlatformView): readonly RecoveryPlan[] {
  return view.once(`plans of ${cluster}`, () => {
    return plansMapsOf(cluster, view)
      .flatMap((map) => Object.entries(record(map.body.data)))
      .flatMap(([key, value]) => parsePlans(key, value));
  });
}

/** Whether some of the plans are known only at deployment. */
export function plansAreUnknown(cluster: string, view: PlatformView): boolean {
  return plansMapsOf(cluster, view).some((map) => holdsUnknown(map.body.data, 2));
}

function plansMapsOf(cluster: string, view: PlatformView): readonly Resource[] {
  const maps = view.ofKind("ConfigMap").filter((map) => map.name === "recovery-plans");
  const own = maps.filter((map) => map.cluster === cluster);
  return own.length > 0 ? own : maps.slice(0, 1);
}

function parsePlans(key: string, value: unknown): RecoveryPlan[] {
  const parsed = parseJson(text(value) ?? "");
  const entries = Array.isArray(parsed) ? records(parsed) : [record(parsed)];
  return entries.map((plan) => ({
    id: text(plan.id) ?? key,
    rtoMinutes: number(plan.rtoMinutes),
    rpoMinutes: number(plan.rpoMinutes),
    stores: Array.isArray(plan.stores) ? texts(plan.stores) : Object.keys(record(plan.stores)),
    storeRpoMinutes: Object.fromEntries(
      Object.entries(record(plan.stores)).flatMap(([s, v]) => (typeof v === "number" ? [[s, v]] : [])),
    ),
    regions: texts(plan.regions),
    lastDrill: text(plan.lastDrill),
  }));
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
