import type {
  AnalysisRunObject,
  AnalysisTemplateObject,
  Condition,
  DeploymentObject,
  RolloutObject,
  VirtualServiceObject,
} from "./objects.js";
import { remainingSeconds, stageOf } from "./stages.js";
import type { DeliveryStatus, Metric } from "./status.js";

/** What was read of one region, all at one moment. */
export interface Observed {
  readonly region: string;
  readonly rollout: RolloutObject | undefined;
  readonly deployment: DeploymentObject | undefined;
  readonly canary: DeploymentObject | undefined;
  readonly analysisRuns: readonly AnalysisRunObject[];
  readonly analysisTemplates: readonly AnalysisTemplateObject[];
  readonly virtualServices: readonly VirtualServiceObject[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

const imageOf = (object: RolloutObject | DeploymentObject): string =>
  object.spec.template?.spec?.containers?.[0]?.image ?? "unknown";

function phaseOf(text: string | undefined): DeliveryStatus["phase"] {
  return text === "Healthy" || text === "Paused" || text === "Degraded" ? text : "Progressing";
}

/** The latest measurement of each metric, from the newest run that has one. */
function latestMetrics(rollout: RolloutObject, runs: readonly AnalysisRunObject[]): Metric[] {
  const own = runs
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === rollout.metadata.name))
    .sort((a, b) => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? ""));
  const metrics = new Map<string, Metric & { at: string }>();
  for (const result of own.flatMap((run) => run.status?.metricResults ?? [])) {
    const last = result.measurements?.at(-1);
    const at = last?.finishedAt ?? "";
    if (!last || (metrics.get(result.name)?.at ?? "") > at) continue;
    metrics.set(result.name, { name: result.name, value: last.value ?? "no data", phase: result.phase ?? "", at });
  }
  return [...metrics.values()].map(({ name, value, phase }) => ({ name, value, phase }));
}

/** Whether the step or the preview that a rollout stands at has no end of its own. */
function endless({ spec, status }: RolloutObject): boolean {
  const { canary, blueGreen } = spec.strategy ?? {};
  const pause = canary?.steps?.[status?.currentStepIndex ?? 0]?.pause;
  if (pause) return pause.duration === undefined;
  return blueGreen?.autoPromotionEnabled === false && blueGreen.autoPromotionSeconds === undefined;
}

function parkedBy(rollout: RolloutObject): DeliveryStatus["parked"] {
  const reasons = (rollout.status?.pauseConditions ?? []).map(({ reason }) => reason);
  if (reasons.includes("InconclusiveAnalysisRun")) return "inconclusive";
  if (rollout.spec.paused === true) return "approval";
  return reasons.length > 0 && endless(rollout) ? "approval" : undefined;
}

function secondsLeft(rollout: RolloutObject, observed: Observed): number | undefined {
  const { status, spec } = rollout;
  const phase = phaseOf(status?.phase);
  if (phase === "Healthy") return 0;
  if (phase === "Degraded" || parkedBy(rollout) !== undefined) return undefined;
  const steps = (spec.strategy?.canary?.steps ?? []).slice(status?.currentStepIndex ?? 0);
  const since = status?.pauseConditions?.[0]?.startTime;
  const elapsed = since === undefined ? 0 : (observed.now - Date.parse(since)) / 1000;
  return remainingSeconds(steps, observed.analysisTemplates, elapsed);
}

function weightsOf(status: RolloutObject["status"]): DeliveryStatus["weights"] {
  const weights = status?.canary?.weights;
  return weights ? { stable: weights.stable.weight, canary: weights.canary.weight } : { stable: 100, canary: 0 };
}

function judgeRollout(rollout: RolloutObject, observed: Observed): DeliveryStatus {
  const { metadata, spec } = rollout;
  const status = rollout.status ?? {};
  const blueGreen = spec.strategy?.blueGreen !== undefined;
  const preview = status.currentPodHash === status.stableRS ? "active" : "preview";
  return {
    region: observed.region,
    strategy: blueGreen ? "blueGreen" : "progressive",
    name: metadata.name,
    phase: phaseOf(status.phase),
    message: [status.abort === true ? "aborted" : "", status.message ?? ""].filter(Boolean).join(": "),
    image: imageOf(rollout),
    current: status.observedGeneration === String(metadata.generation),
    parked: parkedBy(rollout),
    stage: blueGreen ? preview : stageOf(rollout),
    weights: weightsOf(status),
    metrics: latestMetrics(rollout, observed.analysisRuns),
    secondsLeft: secondsLeft(rollout, observed),
  };
}

const hasFailed = ({ type, status, reason }: Condition): boolean =>
  (type === "Progressing" && status === "False" && reason === "ProgressDeadlineExceeded") ||
  (type === "ReplicaFailure" && status === "True");

const isSeen = ({ metadata, status }: DeploymentObject): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);

function deploymentPhase(deployment: DeploymentObject): DeliveryStatus["phase"] {
  const { spec, status = {} } = deployment;
  if (status.conditions?.some(hasFailed)) return "Degraded";
  const wanted = spec.replicas ?? 1;
  const counts = [status.updatedReplicas, status.availableReplicas, status.replicas];
  return isSeen(deployment) && counts.every((have) => (have ?? 0) === wanted) ? "Healthy" : "Progressing";
}

/** Whether a destination is the canary's service: the name says so, and the namespace after it may be called anything. */
const isCanary = (host = ""): boolean => host.split(".")[0]?.includes("canary") ?? false;

/** The split of a plain canary: the first route with more than one destination. */
function splitOf(services: readonly VirtualServiceObject[]): DeliveryStatus["weights"] {
  const routes = services.flatMap(({ spec }) => spec.http ?? []);
  const split = routes.find(({ route }) => (route?.length ?? 0) > 1)?.route ?? [];
  const canary = split.find(({ destination }) => isCanary(destination?.host))?.weight ?? 0;
  return { stable: 100 - canary, canary };
}

function judgeDeployment(deployment: DeploymentObject, observed: Observed): DeliveryStatus {
  const { canary } = observed;
  const all = canary ? [deployment, canary] : [deployment];
  const phases = all.map(deploymentPhase);
  const phase = phases.find((of) => of === "Degraded") ?? phases.find((of) => of === "Progressing") ?? "Healthy";
  const { status, spec } = deployment;
  return {
    region: observed.region,
    strategy: canary ? "canary" : "rolling",
    name: deployment.metadata.name,
    phase,
    message: status?.conditions?.find(({ type }) => type === "Progressing")?.message ?? "",
    image: imageOf(canary ?? deployment),
    current: all.every(isSeen),
    parked: undefined,
    stage: `${status?.updatedReplicas ?? 0} of ${spec.replicas ?? 1} updated`,
    weights: canary ? splitOf(observed.virtualServices) : { stable: 100, canary: 0 },
    metrics: [],
    secondsLeft: phase === "Healthy" ? 0 : undefined,
  };
}

/** What the delivery is doing, or `undefined` where the region has none. A Rollout wins: it is what serves then. */
export function judge(observed: Observed): DeliveryStatus | undefined {
  if (observed.rollout) return judgeRollout(observed.rollout, observed);
  return observed.deployment ? judgeDeployment(observed.deployment, observed) : undefined;
}
