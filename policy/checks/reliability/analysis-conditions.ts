import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, holdsUnknown, isPlain, number, records, text, type Plain } from "../../model/values.js";
import { ofKind } from "../support/subjects.js";

const GUARD = /len\(result\)|isNaN|isNil|default\(/;

/**
 * Severity high. Every metric of an analysis has a query and says what is good and what is bad; both are guarded against
 * an empty result, since no data is not success; and one failure is enough, or few. Source: R6, R7 (no data is not
 * success), Argo Rollouts documentation on analysis (empty results), measured on its controller: without a failure
 * condition a canary without traffic is promoted.
 */
export const analysisConditions = defineCheck({
  id: "analysis-conditions",
  title: "Analyses know good, bad and no data",
  category: "reliability",
  severity: "high",
  scope: "resource",
  why: "A canary is promoted because nothing was measured, or because nothing counts as bad.",
  remediation:
    "Give each metric successCondition and failureCondition, guarded by len(result) > 0 && !isNaN(result[0]).",
  link: "https://argo-rollouts.readthedocs.io/en/stable/features/analysis/",
  parameters: {
    failures: { type: "integer", default: 3, description: "Greatest failureLimit of a metric." },
  },
  subjects: ofKind("AnalysisTemplate", "ClusterAnalysisTemplate"),
  judge: ({ body }, context) => {
    const metrics = at(body, "spec", "metrics");
    if (holdsUnknown(metrics)) return unknownUntilDeployment("spec.metrics");
    const measured = records(metrics);
    if (measured.length === 0) return fail("measures nothing");
    const faults = measured.flatMap((metric) => faultsOf(metric, context.number("failures")));
    if (faults.length > 0) return fail(faults.join("; "));
    const unguarded = measured.filter(
      (metric) => isPrometheus(metric) && !conditions(metric).every((c) => GUARD.test(c)),
    );
    return unguarded.length > 0
      ? warning(`${unguarded.map(nameOf).join(", ")}: no data is not told from a result`)
      : pass(`measures ${measured.map(nameOf).join(", ")}`);
  },
});

function faultsOf(metric: Plain, failures: number): string[] {
  const name = nameOf(metric);
  const faults: string[] = [];
  if (!isPlain(metric.provider)) faults.push(`${name} has no provider`);
  if (isPrometheus(metric)) {
    if (!text(at(metric, "provider", "prometheus", "query"))) faults.push(`${name} has no query`);
    if (!text(at(metric, "provider", "prometheus", "address"))) faults.push(`${name} names no Prometheus`);
    if (!text(metric.successCondition))
      faults.push(`${name} has no successCondition: everything but a failure is success`);
    if (!text(metric.failureCondition)) faults.push(`${name} has no failureCondition`);
  }
  if ((number(metric.failureLimit) ?? 0) > failures)
    faults.push(`${name} forgives ${String(metric.failureLimit)} failures`);
  if (metric.interval === undefined && (number(metric.count) ?? 1) > 1)
    faults.push(`${name} counts without an interval`);
  return faults;
}

function conditions(metric: Plain): string[] {
  return [metric.successCondition, metric.failureCondition].flatMap((condition) => text(condition) ?? []);
}

function isPrometheus(metric: Plain): boolean {
  return isPlain(at(metric, "provider", "prometheus"));
}

function nameOf(metric: Plain): string {
  return text(metric.name) ?? "a metric";
}
