import { defineCheck, type Context } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { regionsOf, storesOf, type Store } from "../../model/evidence.js";
import { plansAreUnknown, plansOf, type RecoveryPlan } from "../../model/plans.js";

/**
 * Severity critical. For every data store, and every region that `ha-config` names, some plan of the ConfigMap
 * `recovery-plans` states a recovery time (RTO) and a recovery point (RPO), within the limits. Source: R1 (disaster
 * recovery), R10.
 */
export const drPlan = defineCheck({
  id: "dr-plan",
  title: "A recovery plan exists for every store and region",
  category: "reliability",
  severity: "critical",
  scope: "stack",
  why: "Without figures agreed beforehand nobody knows during an outage whether to wait, restore or switch.",
  remediation: "Add a plan with rtoMinutes, rpoMinutes, stores and regions to the recovery plans.",
  link: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/plan-for-disaster-recovery-dr.html",
  parameters: {
    maxRtoMinutes: { type: "integer", default: 240, description: "Longest RTO of any plan, in minutes." },
    maxRpoMinutes: { type: "integer", default: 1440, description: "Longest RPO of any plan, in minutes." },
    limits: { type: "array", default: [], description: "Limits of single plans, `id=rto/rpo` in minutes." },
  },
  subjects: storesOf,
  judge: (store, context) => {
    const plans = plansOf(store.cluster, context.view);
    if (plansAreUnknown(store.cluster, context.view)) return unknownUntilDeployment("the recovery plans");
    if (plans.length === 0) return fail("no recovery plan is part of the input (ConfigMap recovery-plans)");
    const own = plans.filter((plan) => plan.stores.includes(store.store) || plan.stores.includes("*"));
    if (own.length === 0) return fail(`no recovery plan names ${store.store}`);
    const faults = own.flatMap((plan) => faultOf(plan, store.store, context) ?? []);
    if (faults.length > 0) return fail(faults.join("; "));
    return judgeRegions(store, own, context);
  },
});

function faultOf(plan: RecoveryPlan, store: string, context: Context): string | undefined {
  const { id, rtoMinutes: rto, rpoMinutes: rpo } = plan;
  if (rto === undefined || rto <= 0) return `plan ${id} states no RTO`;
  if (rpo === undefined || rpo < 0) return `plan ${id} states no RPO`;
  const limit = context.strings("limits").find((entry) => entry.startsWith(`${id}=`));
  const [maxRto = Number.NaN, maxRpo = Number.NaN] = (limit?.slice(id.length + 1) ?? "").split("/").map(Number);
  const [rtoLimit, rpoLimit] = limit
    ? [maxRto, maxRpo]
    : [context.number("maxRtoMinutes"), context.number("maxRpoMinutes")];
  if (rto > rtoLimit) return `plan ${id} allows ${rto} minutes to recover, more than ${rtoLimit}`;
  // A store that can be rebuilt from another has a recovery point of its own.
  const own = plan.storeRpoMinutes[store] ?? rpo;
  if (own > context.number("maxRpoMinutes")) return `plan ${id} allows ${own} minutes of ${store} to be lost`;
  return rpo > rpoLimit ? `plan ${id} allows ${rpo} minutes of data to be lost, more than ${rpoLimit}` : undefined;
}

function judgeRegions(store: Store, plans: readonly RecoveryPlan[], { view }: Context): Verdict {
  const regions = regionsOf(view);
  if (regions.length === 0)
    return warning(`${plans.map((plan) => plan.id).join(", ")}: no evidence of the regions (ha-config)`);
  const covered = new Set(plans.flatMap((plan) => plan.regions));
  const missing = covered.has("*") ? [] : regions.filter((region) => !covered.has(region));
  return missing.length > 0
    ? fail(`no recovery plan for ${store.store} in ${missing.join(", ")}`)
    : pass(`${plans.map((plan) => plan.id).join(", ")} in ${regions.join(", ")}`);
}
