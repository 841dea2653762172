import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { drillOf, drillablePlans } from "../../model/drills.js";
import { isUnknown } from "../../model/values.js";

const DAY = 86_400_000;

/**
 * Severity high. Every recovery plan was drilled within the limit, and recovered within its own recovery time. The record
 * is made by the recovery command (ConfigMap `drill-<plan>`); a stack that was never deployed has none. Source: R10, R11
 * (a practised recovery plan).
 */
export const drDrill = defineCheck({
  id: "dr-drill",
  title: "Recovery plans were drilled of late, within their recovery time",
  category: "reliability",
  severity: "high",
  scope: "stack",
  why: "A plan that nobody practised is found wanting on the night it is needed.",
  remediation: "Run `recover drill <plan>` with the stack's site file; it records the drill in every cluster.",
  link: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_planning_for_recovery_dr_tested.html",
  parameters: {
    maxDays: { type: "integer", default: 90, description: "Greatest age of the last drill of a plan, in days." },
  },
  subjects: drillablePlans,
  judge: ({ plan, rtoMinutes, cluster, origin }, { view, number }) => {
    const drill = drillOf(plan, cluster, view);
    if (isUnknown(drill)) return unknownUntilDeployment(`the record of the last drill of ${plan}`);
    if (drill === undefined) {
      if (origin.urn !== undefined) return notApplicable("the record of a drill is part of the running stack only");
      return view.environment === "production"
        ? warning(`no record of a drill of ${plan}`)
        : notApplicable(`not asked of ${view.environment}`);
    }
    const age = (view.facts.now.getTime() - Date.parse(drill.at)) / DAY;
    if (!Number.isFinite(age)) return fail(`"${drill.at}" is no RFC 3339 moment`);
    if (age < -1) return fail(`the last drill of ${plan} lies in the future: ${drill.at}`);
    if (age > number("maxDays")) return fail(`the last drill of ${plan} is ${Math.floor(age)} days old`);
    if (drill.passed === false) return fail(`the last drill of ${plan} failed`);
    if (drill.rtoSeconds === undefined) return fail(`the last drill of ${plan} measured no recovery time`);
    const minutes = Math.round(drill.rtoSeconds / 6) / 10;
    return rtoMinutes !== undefined && drill.rtoSeconds > rtoMinutes * 60
      ? fail(`the last drill of ${plan} took ${minutes} minutes, more than ${rtoMinutes}`)
      : pass(`${plan} recovered in ${minutes} minutes, ${Math.max(0, Math.floor(age))} days ago`);
  },
});
