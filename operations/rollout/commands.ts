import { ExitCode, PlatformError } from "../../common/errors.js";
import type { AnalysisRunStatus, RolloutObject } from "./objects.js";

/** Merge patches of a Rollout, of its specification and of its status. */
export interface RolloutPatches {
  readonly spec?: object;
  readonly status?: object;
}

function nextStep({ spec, status }: RolloutObject): number {
  const last = spec.strategy?.canary?.steps?.length ?? 0;
  return Math.min((status?.currentStepIndex ?? 0) + 1, last);
}

function promoteStatus(rollout: RolloutObject): object | undefined {
  const { spec, status } = rollout;
  const paused = (status?.pauseConditions ?? []).length > 0;
  const inconclusive = status?.canary?.currentStepAnalysisRunStatus?.status === "Inconclusive";
  // Cleared alone, the pause of an inconclusive gate comes back: the gate itself has to be passed over.
  if (paused && inconclusive) {
    return { pauseConditions: null, controllerPause: false, currentStepIndex: nextStep(rollout) };
  }
  if (paused) return { pauseConditions: null };
  return spec.strategy?.canary ? { currentStepIndex: nextStep(rollout) } : undefined;
}

const isInconclusive = ({ status }: RolloutObject): boolean =>
  status?.pauseConditions?.some(({ reason }) => reason === "InconclusiveAnalysisRun") === true;

const gateOf = ({ status }: RolloutObject): AnalysisRunStatus | undefined =>
  status?.blueGreen?.prePromotionAnalysisRunStatus;

/**
 * Whether a switch of blue and green is parked by the verdict of a run that it follows no more: a controller that has not
 * seen the run that it began after the promotion judges by the one before, and then waits for a person again.
 */
export function isParkedInVain(rollout: RolloutObject): boolean {
  const gate = gateOf(rollout);
  return isInconclusive(rollout) && gate !== undefined && gate.status !== "Inconclusive";
}

/** Whether the controller has seen the run that follows the inconclusive one: until then the pause may come back. */
export function hasLeftGate(before: RolloutObject, now: RolloutObject): boolean {
  const [old, gate] = [gateOf(before), gateOf(now)];
  if (old?.status !== "Inconclusive" || gate === undefined) return true;
  return gate.name !== old.name && gate.status !== undefined && !["", "Pending"].includes(gate.status);
}

/**
 * Takes a rollout past its present step, or with `full` past all of them. An aborted rollout is not promoted: its
 * version was refused, and only a retry or another version goes on.
 */
export function promotePatches(rollout: RolloutObject, full: boolean): RolloutPatches {
  const { spec, status, metadata } = rollout;
  if (status?.abort === true) {
    throw new PlatformError(
      `${metadata.name} was aborted (${status.message ?? "no reason given"}): deploy another version, or retry`,
      ExitCode.resource,
    );
  }
  const unpause = spec.paused === true ? { spec: { spec: { paused: false } } } : {};
  const finished = status?.currentPodHash === status?.stableRS;
  if (finished) return unpause;
  // A rollout that a person paused goes on where it stood; the step is not skipped as well. One that is inconclusive
  // too says so first, and would stand still after the pause was taken away.
  if (spec.paused === true && !full && !isInconclusive(rollout)) return unpause;
  const change = full ? { promoteFull: true } : promoteStatus(rollout);
  return { ...unpause, ...(change && { status: { status: change } }) };
}

export const pausePatches: RolloutPatches = { spec: { spec: { paused: true } } };

export const abortPatches: RolloutPatches = { status: { status: { abort: true } } };

export const retryPatches: RolloutPatches = { status: { status: { abort: false } } };
