import { setTimeout as sleep } from "node:timers/promises";
import { errorRateQuery, p99Query } from "../../../components/delivery/analysis.js";
import type { RolloutObject } from "../../../operations/rollout/objects.js";
import type { Behaviour } from "../../support/servers/metrics-source.js";
import { MISSING_IMAGE_TAG } from "../../support/servers/region/nodes.js";
import type { RolloutsController } from "../../support/servers/rollouts.js";
import type { Stand } from "./stand.js";
import type { Split, Trail } from "../../support/delivery/trail.js";

/** What a rollout left behind: every split it went through, and its last state. */
export interface Outcome {
  readonly splits: readonly Split[];
  readonly rollout: RolloutObject;
}

/** A breach's outcome, with when a query first showed it (`performance.now()`). */
export interface BreachOutcome extends Outcome {
  readonly seen: number;
}

/** Records the split while `work` runs. */
export async function recorded(stand: Stand, work: (trail: Trail) => Promise<RolloutObject>): Promise<Outcome> {
  const trail = await stand.follow();
  try {
    const rollout = await work(trail);
    // The weights may be written after the phase that tells of it; where a rollout has ended, the canary has nothing.
    if (rollout.status?.phase !== "Paused") await trail.untilLast(0);
    return { splits: trail.splits, rollout };
  } finally {
    trail.stop();
  }
}

/** Deploys versions one after the other, each when the one before is stable. */
export async function deployInARow(stand: Stand, rounds: number): Promise<Outcome> {
  return await recorded(stand, async () => {
    for (let round = 1; round < rounds; round += 1) {
      await stand.deploy(`2.0.${round}`);
      await stand.untilHealthy();
    }
    await stand.deploy(`2.0.${rounds}`);
    return await stand.untilHealthy();
  });
}

/** When a query first shows a breach, asked ten times a second. */
async function untilBreach(stand: Stand): Promise<number> {
  for (;;) {
    const [errors, p99] = await Promise.all([
      stand.prometheus.query(errorRateQuery("2s", 0.1)),
      stand.prometheus.query(p99Query("2s")),
    ]);
    if ((errors ?? 0) > 0.01 || (p99 ?? 0) > 2000) return performance.now();
    await sleep(100);
  }
}

/** The canary goes bad when it has reached a stage. */
export async function breach(stand: Stand, stage: number, fault: Partial<Behaviour>): Promise<BreachOutcome> {
  let seen = 0;
  const outcome = await recorded(stand, async (trail) => {
    await stand.deploy("2.0.1");
    await trail.until(stage);
    stand.metrics.behave("canary", fault);
    seen = await untilBreach(stand);
    return await stand.untilPhase("Degraded");
  });
  return { ...outcome, seen };
}

/** From a stage on nobody can tell how the canary does. */
export async function deployBlind(
  stand: Stand,
  stage: number,
  blindfold: (stand: Stand) => void | Promise<void>,
): Promise<Outcome> {
  const fromTheStart = stage === 5;
  if (fromTheStart) {
    await blindfold(stand);
    // What was measured before has to leave the window.
    await sleep(2500);
  }
  return await recorded(stand, async (trail) => {
    await stand.deploy("2.0.1");
    await trail.until(stage);
    // The hold is longer than the window, so that the gate finds nothing.
    if (!fromTheStart) await blindfold(stand);
    return await stand.untilParked();
  });
}

/** A query of the configuration's own does not parse. */
export async function deployUnparsed(stand: Stand): Promise<Outcome> {
  return await recorded(stand, async () => {
    await stand.deploy("2.0.1");
    return await stand.untilPhase("Degraded");
  });
}

/** The metrics server dies in the first stage. */
export async function losePrometheus(stand: Stand): Promise<Outcome> {
  return await recorded(stand, async (trail) => {
    await stand.deploy("2.0.1");
    await trail.until(5);
    await stand.prometheus.server().stop();
    return await stand.untilPhase("Degraded");
  });
}

/** The new version's image cannot be pulled. */
export async function deployMissingImage(stand: Stand): Promise<Outcome> {
  return await recorded(stand, async () => {
    await stand.deploy(MISSING_IMAGE_TAG);
    return await stand.untilPhase("Degraded");
  });
}

/** The controller dies in the second stage and comes back after a while. */
export async function killController(
  stand: Stand,
  controller: RolloutsController,
): Promise<Outcome & { readonly whileDead: number }> {
  let whileDead = 0;
  const outcome = await recorded(stand, async (trail) => {
    await stand.deploy("2.0.1");
    await trail.until(25);
    await controller.kill();
    const before = trail.splits.length;
    await sleep(5000);
    whileDead = trail.splits.length - before;
    await controller.start();
    return await stand.untilHealthy();
  });
  return { ...outcome, whileDead };
}

/** Everything is applied again in the second stage, as an unrelated `pulumi up` does. */
export async function applyInMidRollout(stand: Stand): Promise<
  Outcome & {
    readonly versions: readonly (string | undefined)[];
    readonly refusal: { status: number; message: string };
  }
> {
  const versions: (string | undefined)[] = [];
  let refusal = { status: 0, message: "" };
  const outcome = await recorded(stand, async (trail) => {
    await stand.deploy("2.0.1");
    await trail.until(25);
    versions.push((await stand.rollout()).status?.currentPodHash);
    await stand.applyAll(false);
    versions.push((await stand.rollout()).status?.currentPodHash);
    // What the program ignores: were it to declare the weights, the apply would meet the controller's fields.
    const { status, body } = await stand.api.tryApply(stand.objects.weights);
    refusal = { status, message: String((body as unknown as { message?: string }).message) };
    return await stand.untilHealthy();
  });
  return { ...outcome, versions, refusal };
}
