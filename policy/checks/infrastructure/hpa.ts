import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { groupOf, type Resource } from "../../model/resource.js";
import { at, isUnknown, list, number, text } from "../../model/values.js";
import { ofKind } from "../support/subjects.js";

/**
 * Severity high. An autoscaler whose maximum does not exceed its minimum, or whose target is not there, does not scale.
 * Without metrics it scales on Kubernetes' own, 80 % CPU. Where the input holds no workload at all, only the bounds are
 * judged. Source: R4; Kubernetes API reference, HorizontalPodAutoscalerSpec.
 */
export const hpa = defineCheck({
  id: "hpa",
  title: "Autoscalers can scale",
  category: "infrastructure",
  severity: "high",
  scope: "stack",
  why: "An autoscaler that cannot move leaves the service at the size it was deployed with, at any load.",
  remediation: "Point scaleTargetRef at an existing workload, set maxReplicas above minReplicas, and name the metrics.",
  link: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
  parameters: {
    maximum: { type: "integer", default: 0, description: "Fewest maxReplicas; 0: any." },
    cpuTarget: { type: "integer", default: 0, description: "Highest CPU utilisation target, in per cent; 0: any." },
    metrics: { type: "array", default: [], description: "Metrics that must be among those scaled on." },
  },
  subjects: ofKind("HorizontalPodAutoscaler"),
  judge: (scaler, context) => {
    const spec = at(scaler.body, "spec");
    const [min, max, metrics] = ["minReplicas", "maxReplicas", "metrics"].map((field) => at(spec, field));
    if ([spec, min, max, metrics].some(isUnknown)) return unknownUntilDeployment("a bound of the autoscaler");
    const maximum = number(max);
    if (maximum === undefined) return fail("has no maxReplicas");
    if (maximum < (number(min) ?? 1)) return fail(`maxReplicas ${maximum} is below minReplicas ${number(min) ?? 1}`);
    if (maximum === (number(min) ?? 1)) return fail(`minReplicas and maxReplicas are both ${maximum}: it cannot scale`);
    if (maximum < context.number("maximum"))
      return fail(`maxReplicas ${maximum}, fewer than ${context.number("maximum")}`);
    const problem = judgeTarget(scaler, context) ?? judgeMetrics(scaler, context);
    if (problem) return problem;
    return hasWorkloads(scaler, context)
      ? pass("it can scale")
      : notApplicable("its bounds leave room; the input does not hold what it scales");
  },
});

function hasWorkloads({ cluster }: Resource, { view }: Context): boolean {
  return view.workloads.some((workload) => workload.resource.cluster === cluster);
}

function judgeTarget(scaler: Resource, context: Context): Verdict | undefined {
  const { view } = context;
  const target = at(scaler.body, "spec", "scaleTargetRef");
  const [kind, name] = [text(at(target, "kind")), text(at(target, "name"))];
  if (kind === undefined || name === undefined) {
    return isUnknown(at(target, "name")) ? unknownUntilDeployment("scaleTargetRef.name") : fail("names no target");
  }
  const found = view.find({ cluster: scaler.cluster, kind, namespace: scaler.namespace, name });
  if (!hasWorkloads(scaler, context)) return undefined;
  if (!found) return fail(`its target ${kind}/${name} does not exist in ${scaler.namespace}`);
  const version = text(at(target, "apiVersion")) ?? "";
  // The controller looks a target up by group: without one it asks the core group, which has no Deployment.
  return groupOf(version) === found.group
    ? undefined
    : fail(`its target ${kind}/${name} is of ${found.apiVersion}, not of ${version || "v1"}`);
}

function judgeMetrics(scaler: Resource, context: Context): Verdict | undefined {
  const spec = at(scaler.body, "spec");
  const metrics = list(at(spec, "metrics"));
  const percent = number(at(spec, "targetCPUUtilizationPercentage"));
  const names = metrics.map(metricName);
  const missing = context.strings("metrics").filter((name) => !names.includes(name));
  if (missing.length > 0) return fail(`does not scale on ${missing.join(", ")}`);
  const target = number(
    metrics.map((metric) => (metricName(metric) === "cpu" ? utilisation(metric) : undefined)).find(Boolean) ?? percent,
  );
  const highest = context.number("cpuTarget");
  if (highest > 0 && target !== undefined && target > highest)
    return warning(`its CPU target ${target} % is above ${highest} %: too late to help`);
  return undefined;
}

function metricName(metric: unknown): string | undefined {
  return (
    text(at(metric, "resource", "name")) ??
    text(at(metric, "containerResource", "name")) ??
    text(at(metric, "pods", "metric", "name")) ??
    text(at(metric, "external", "metric", "name")) ??
    text(at(metric, "object", "metric", "name"))
  );
}

function utilisation(metric: unknown): unknown {
  return at(metric, "resource", "target", "averageUtilization") ?? at(metric, "resource", "targetAverageUtilization");
}
