import { DBOS } from "@dbos-inc/dbos-sdk";
import { phases, type Phase, type Step } from "../plans/plan.js";
import type { RefusalReason } from "../action.js";
import type { RecordedEvent, RunInput } from "../run/record.js";
import type { ActionName } from "../actions/names.js";
import { announce, gather } from "./announce.js";
import { approval } from "./approval.js";
import { attempt } from "./attempt.js";
import { host } from "./host.js";
import { durable, Journal } from "./journal.js";

/** A year: a stopped run waits for its operator, not the other way round. */
const PATIENCE_SECONDS = 365 * 86_400;

/** What a stopped run is resumed with. */
export interface Resume {
  readonly by: string;
  readonly forced: readonly RefusalReason[];
}

class Cancelled extends Error {
  constructor(readonly by: string) {
    super(`cancelled by ${by}`);
  }
}

/** Stands still until somebody resumes the run: nothing is tried again without a person. */
async function stop(
  journal: Journal,
  step: Step,
  { reason, fresh }: { readonly reason: string; readonly fresh: boolean },
): Promise<void> {
  const number = journal.events.filter(({ kind }) => kind === "stopped").length + 1;
  await journal.note({ kind: "stopped", step: step.id, stop: number, reason });
  await announce(journal, { kind: "failure", key: `stop-${number}`, what: `stopped at ${step.name}: ${reason}` });
  host().onStop({ number, reason, replayed: !fresh });
  const resume = await DBOS.recv<Resume>(`resume-${number}`, { timeoutSeconds: PATIENCE_SECONDS });
  await journal.note({ kind: "resumed", stop: number, by: resume?.by ?? "nobody", forced: resume?.forced ?? [] });
}

/** Repeats an action as the step's retry allows; then stands still, and tries anew once the run is resumed. */
async function perform(
  journal: Journal,
  step: Step,
  { phase, action }: { readonly phase: Phase; readonly action: ActionName },
): Promise<void> {
  let tries = 0;
  for (let number = 1; ; number += 1) {
    const name = `${step.id}/${phase}/${action}#${number}`;
    const { state } = journal;
    const { value, fresh } = await durable(
      name,
      async () => await attempt({ step, phase, action }, journal.input, state),
    );
    const { cancelledBy, ...result } = value;
    if (cancelledBy !== undefined) throw new Cancelled(cancelledBy);
    journal.add({ kind: "action", step: step.id, phase, action, attempt: number, ...result }, fresh);
    if (result.failure === undefined) return;
    tries += 1;
    if (tries < step.retry.attempts && result.refused === undefined) {
      await DBOS.sleep(step.retry.delaySeconds * 1000);
      continue;
    }
    await stop(journal, step, { reason: `${action}: ${result.failure}`, fresh });
    tries = 0;
  }
}

async function ask(journal: Journal, step: Step): Promise<void> {
  for (let request = 1; ; request += 1) {
    const { cancelledBy, rejected } = await approval(journal, step, request);
    if (cancelledBy !== undefined) throw new Cancelled(cancelledBy);
    if (rejected === undefined) return;
    const { fresh } = await durable(`rejected:${step.id}-${request}`, () => Promise.resolve(rejected));
    await stop(journal, step, { reason: rejected, fresh });
  }
}

async function performStep(journal: Journal, step: Step): Promise<void> {
  await journal.note({ kind: "step-started", step: step.id });
  for (const phase of phases) {
    for (const action of step[phase]) await perform(journal, step, { phase, action });
    if (phase === "actions" && step.mode === "manual") await ask(journal, step);
  }
  await journal.note({ kind: "step-finished", step: step.id });
}

/** Every step in order. @returns who cancelled the run, where somebody did. */
async function steps(journal: Journal): Promise<string | undefined> {
  try {
    for (const step of journal.input.plan.steps) await performStep(journal, step);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Cancelled) return thrown.by;
    throw thrown;
  }
}

async function recover(input: RunInput): Promise<readonly RecordedEvent[]> {
  const journal = new Journal(input);
  await journal.note({ kind: "run-started" });
  await announce(journal, { kind: "start", key: "start", what: "recovery started" });
  const cancelledBy = await steps(journal);
  const result = cancelledBy === undefined ? "completed" : "cancelled";
  await announce(journal, { kind: "end", key: "end", what: `recovery ${result}` });
  // Last, so that a run that is over has nothing left to do, whenever its process is killed.
  await gather(journal);
  await journal.note({ kind: "run-finished", result, ...(cancelledBy === undefined ? {} : { by: cancelledBy }) });
  return journal.events;
}

export const recoverWorkflow = DBOS.registerWorkflow(recover, { name: "recover" });
