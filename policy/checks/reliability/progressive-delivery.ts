import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { at, holdsUnknown, isPlain, number, records, text, type Plain } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";

/**
 * Severity high. A canary shows itself in steps, and something measures each of them: the first step is a small share,
 * no two weights follow each other without a pause or an analysis, and the last step before everybody is measured. A
 * blue-green switch is analysed before promotion. Services, routes and templates that the Rollout names exist. Source: R6,
 * R7; Argo Rollouts documentation, canary and blue-green strategies.
 */
export const progressiveDelivery = defineCheck({
  id: "progressive-delivery",
  title: "New versions are released in measured steps",
  category: "reliability",
  severity: "high",
  scope: "stack",
  why: "A version that fails under load reaches every user before anybody has measured it.",
  remediation: "Give the canary small first steps with a pause and an analysis each, and abort where progress stops.",
  link: "https://argo-rollouts.readthedocs.io/en/stable/features/canary/",
  parameters: {
    firstWeight: { type: "integer", default: 25, description: "Greatest share of the first step, in per cent." },
  },
  subjects: (view) => view.workloads.filter((workload) => workload.kind === "Rollout"),
  judge: (workload, context) => {
    const strategy = at(workload.resource.body, "spec", "strategy");
    if (holdsUnknown(strategy)) return unknownUntilDeployment("spec.strategy");
    const canary = at(strategy, "canary");
    const blueGreen = at(strategy, "blueGreen");
    if (isPlain(canary)) return judgeCanary(canary, workload, context);
    return isPlain(blueGreen)
      ? judgeBlueGreen(blueGreen, workload, context)
      : notApplicable("has no strategy: see rolling-update");
  },
});

function judgeCanary(canary: Plain, workload: Workload, context: Context): Verdict {
  const steps = records(canary.steps);
  const inline = steps.flatMap((step) => templatesOf(step.analysis));
  const background = templatesOf(canary.analysis);
  const services = canary.trafficRouting === undefined ? [] : ["canaryService", "stableService"];
  const faults = [
    ...stepFaults(steps, context.number("firstWeight")),
    ...(inline.length + background.length === 0 ? ["nothing measures the canary"] : []),
    ...services.flatMap((field) => serviceFault(field, canary, { workload, context })),
    ...routeFaults(canary, workload, context),
    ...templateFaults([...inline, ...background], workload, context),
  ];
  if (faults.length > 0) return fail(faults.join("; "));
  if (inline.length === 0) return warning("only a background analysis watches: short steps end before it has measured");
  return at(workload.resource.body, "spec", "progressDeadlineAbort") === true
    ? pass(
        `${steps.filter(({ setWeight }) => setWeight !== undefined).length} steps, measured by ${[...new Set(inline)].join(", ")}`,
      )
    : warning("progressDeadlineAbort is off: pods that never become ready are not rolled back");
}

function stepFaults(steps: readonly Plain[], firstWeight: number): string[] {
  const faults: string[] = [];
  const first = number(steps.find((step) => step.setWeight !== undefined)?.setWeight);
  if (first === undefined) return ["has no step that sets a weight: every user gets the new version at once"];
  if (first > firstWeight) faults.push(`its first step is ${first} %, more than ${firstWeight} %`);
  let waiting: number | undefined;
  for (const step of steps) {
    const weight = number(step.setWeight);
    if (weight === undefined) {
      if (isPlain(step.analysis) || holds(step.pause)) waiting = undefined;
      continue;
    }
    if (waiting !== undefined) faults.push(`goes from ${waiting} % to ${weight} % without a pause or an analysis`);
    waiting = weight < 100 ? weight : undefined;
  }
  if (waiting !== undefined) faults.push(`ends at ${waiting} % without a pause or an analysis`);
  return faults;
}

/** A pause without a duration waits for a person. */
function holds(pause: unknown): boolean {
  if (!isPlain(pause)) return false;
  const { duration } = pause;
  return duration === undefined || (duration !== 0 && !/^0[smh]?$/.test(text(duration) ?? ""));
}

function judgeBlueGreen(blueGreen: Plain, workload: Workload, context: Context): Verdict {
  const before = templatesOf(blueGreen.prePromotionAnalysis);
  const faults = [
    ...serviceFault("activeService", blueGreen, { workload, context }),
    ...serviceFault("previewService", blueGreen, { workload, context }),
    ...(blueGreen.activeService === blueGreen.previewService ? ["active and preview are one Service"] : []),
    ...(before.length === 0 ? ["nothing measures the new version before promotion"] : []),
    ...templateFaults(before, workload, context),
  ];
  return faults.length > 0 ? fail(faults.join("; ")) : pass(`measured by ${before.join(", ")} before promotion`);
}

function templatesOf(analysis: unknown): string[] {
  return records(at(analysis, "templates")).flatMap((template) => text(template.templateName) ?? []);
}

interface Scene {
  readonly workload: Workload;
  readonly context: Context;
}

function serviceFault(field: string, strategy: Plain, { workload, context }: Scene): string[] {
  const name = text(strategy[field]);
  if (name === undefined) return [`names no ${field}`];
  return isMissing("Service", name, { workload, context }) ? [`its ${field} ${name} does not exist`] : [];
}

function routeFaults(canary: Plain, workload: Workload, context: Context): string[] {
  const name = text(at(canary, "trafficRouting", "istio", "virtualService", "name"));
  const missing = name !== undefined && isMissing("VirtualService", name, { workload, context });
  return missing ? [`its VirtualService ${name} does not exist`] : [];
}

function templateFaults(names: readonly string[], workload: Workload, context: Context): string[] {
  const missing = [...new Set(names)].filter((name) => isMissing("AnalysisTemplate", name, { workload, context }));
  return missing.map((name) => `its AnalysisTemplate ${name} does not exist`);
}

/** Said only where the input holds objects of that kind at all. */
function isMissing(kind: string, name: string, { workload, context: { view } }: Scene): boolean {
  const { cluster, namespace } = workload.resource;
  const some = view.ofKind(kind).some((entry) => entry.cluster === cluster);
  return some && !view.find({ cluster, kind, namespace, name });
}
