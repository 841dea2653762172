import { ExitCode, PlatformError } from "../../common/errors.js";
import type { RolloutObject } from "./objects.js";

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
  const inconclusive = status?.pauseConditions?.some(({ reason }) => reason === "InconclusiveAnalysisRun") === true;
  if (spec.paused === true && !full && !inconclusive) return unpause;
  const change = full ? { promoteFull: true } : promoteStatus(rollout);
  return { ...unpause, ...(change && { status: { status: change } }) };
}

export const pausePatches: RolloutPatches = { spec: { spec: { paused: true } } };

export const abortPatches: RolloutPatches = { status: { status: { abort: true } } };

export const retryPatches: RolloutPatches = { status: { status: { abort: false } } };
