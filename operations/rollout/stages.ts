import parseDuration from "parse-duration";
import type { AnalysisRef, AnalysisTemplateObject, CanaryStep, RolloutObject } from "./objects.js";

/** Annotation of the Rollout with its stages' names in order, separated by commas; only the names, for people. */
const STAGES_ANNOTATION = "agent-platform.io/stages";

/** Seconds of a duration as Argo writes it: a number of seconds, or text such as `10m`. */
export function seconds(duration: string | number): number {
  if (typeof duration === "number") return duration;
  return /^\d+$/.test(duration) ? Number(duration) : (parseDuration(duration, "s") ?? 0);
}

/** Seconds that an analysis takes where everything succeeds: one interval less than its measurements. */
function analysisSeconds(ref: AnalysisRef, templates: readonly AnalysisTemplateObject[]): number {
  const named = (ref.templates ?? []).map(({ templateName }) =>
    templates.find(({ metadata }) => metadata.name === templateName),
  );
  const metrics = named.flatMap((template) => template?.spec.metrics ?? []);
  const durations = metrics.map(({ interval, count, consecutiveSuccessLimit }) => {
    const measurements = Number(consecutiveSuccessLimit ?? count ?? 1);
    return interval === undefined ? 0 : seconds(interval) * (measurements - 1);
  });
  return Math.max(0, ...durations);
}

function stepSeconds(step: CanaryStep, templates: readonly AnalysisTemplateObject[]): number | undefined {
  if (step.pause) return step.pause.duration === undefined ? undefined : seconds(step.pause.duration);
  return step.analysis ? analysisSeconds(step.analysis, templates) : 0;
}

/** Seconds that the steps take, of which the first has run for `elapsed`; `undefined` where one has no end. */
export function remainingSeconds(
  steps: readonly CanaryStep[],
  templates: readonly AnalysisTemplateObject[],
  elapsed = 0,
): number | undefined {
  let total = 0;
  for (const [index, step] of steps.entries()) {
    const own = stepSeconds(step, templates);
    if (own === undefined) return undefined;
    total += index === 0 ? Math.max(0, own - elapsed) : own;
  }
  return Math.round(total);
}

/** The stage that a rollout is in, by the latest weight that was set: `canary-25 (2 of 4)`. */
export function stageOf(rollout: RolloutObject): string {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const index = rollout.status?.currentStepIndex ?? 0;
  if (index >= steps.length) return "full";
  const weights = steps.flatMap((step) => step.setWeight ?? []);
  const reached = steps.slice(0, index + 1).flatMap((step) => step.setWeight ?? []).length;
  if (reached === 0) return "starting";
  const weight = weights[reached - 1] ?? 0;
  const names = rollout.metadata.annotations?.[STAGES_ANNOTATION]?.split(",") ?? [];
  const name = names[reached - 1] ?? (weight === 100 ? "full" : `canary-${weight}`);
  return `${name} (${reached} of ${Math.max(weights.length, names.length)})`;
}
