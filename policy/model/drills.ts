import { plansOf } from "./plans.js";
import type { Subject } from "./resource.js";
import { at, isUnknown, number, record, text, UNKNOWN, type Unknown } from "./values.js";
import type { PlatformView } from "./view.js";

/** A plan of a cluster's ConfigMap `recovery-plans`. */
export interface DrillablePlan extends Subject {
  readonly plan: string;
  readonly rtoMinutes: number | undefined;
  readonly cluster: string;
}

/** What the recovery command recorded of a plan's last drill. */
export interface Drill {
  /** Moment as it is written, RFC 3339. */
  readonly at: string;
  readonly rtoSeconds: number | undefined;
  readonly passed: boolean | undefined;
}

/** The plans that a cluster's own ConfigMap states. */
export function drillablePlans(view: PlatformView): readonly DrillablePlan[] {
  return view
    .ofKind("ConfigMap")
    .filter(({ name }) => name === "recovery-plans")
    .flatMap(({ id, origin, annotations, cluster }) =>
      plansOf(cluster, view).map((plan) => ({
        id: `${id} ${plan.id}`,
        origin,
        annotations,
        cluster,
        plan: plan.id,
        rtoMinutes: plan.rtoMinutes,
      })),
    );
}

/** The last drill of a plan: the cluster's ConfigMap `drill-<plan>`, else the plan's own word. */
export function drillOf(plan: string, cluster: string, view: PlatformView): Drill | Unknown | undefined {
  const map = view.ofKind("ConfigMap").find((one) => one.name === `drill-${plan}` && one.cluster === cluster);
  const source = at(map?.body, "data", "drill.json");
  if (isUnknown(source)) return UNKNOWN;
  const stated = plansOf(cluster, view).find(({ id }) => id === plan)?.lastDrill;
  const drill = parse(text(source));
  const moment = text(drill.at) ?? stated;
  if (moment === undefined) return undefined;
  const passed = typeof drill.passed === "boolean" ? drill.passed : undefined;
  return { at: moment, rtoSeconds: number(drill.rtoSeconds), passed };
}

function parse(source: string | undefined): Record<string, unknown> {
  try {
    return record(JSON.parse(source ?? "{}"));
  } catch {
    return {};
  }
}
