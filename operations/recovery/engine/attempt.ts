import { messageOf } from "../../../common/errors.js";
import { actions } from "../actions/index.js";
import type { ActionName } from "../actions/names.js";
import { Refusal, type ActionContext, type Outcome, type RefusalReason } from "../action.js";
import type { Phase, Step } from "../plans/plan.js";
import type { RunInput, RunState } from "../run/record.js";
import { host } from "./host.js";

export interface AttemptResult {
  readonly began: string;
  readonly at: string;
  readonly outcome?: Outcome;
  readonly failure?: string;
  readonly refused?: RefusalReason;
  /** Set instead of an outcome where somebody cancelled the run before it began. */
  readonly cancelledBy?: string;
}

export interface Attempt {
  readonly step: Step;
  readonly phase: Phase;
  readonly action: ActionName;
}

async function within<T>(work: (signal: AbortSignal) => Promise<T>, seconds: number): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`it took longer than its ${seconds} s`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether somebody cancelled the run; a bucket out of reach stops no recovery. */
async function cancelledBy(): Promise<string | undefined> {
  try {
    return (await within(async () => await host().control.cancellation(), 3))?.by;
  } catch {
    return undefined;
  }
}

/** One attempt of one action. It never throws: a failure is a result like any other, and part of the record. */
export async function attempt(
  { step, phase, action }: Attempt,
  input: RunInput,
  state: RunState,
): Promise<AttemptResult> {
  const began = new Date().toISOString();
  const ended = (): string => new Date().toISOString();
  const by = await cancelledBy();
  if (by !== undefined) return { began, at: ended(), cancelledBy: by };
  const context: Omit<ActionContext, "signal"> = {
    site: host().site,
    runId: input.runId,
    planId: input.plan.id,
    stepId: step.id,
    key: `${input.runId}/${step.id}/${phase}/${action}`,
    from: input.from,
    to: input.to,
    facts: state.facts,
    forced: state.forced,
    drill: input.drill,
    contacts: input.plan.contacts,
    startedAt: state.startedAt ?? began,
  };
  try {
    const work = async (signal: AbortSignal): Promise<Outcome> => await actions[action].run({ ...context, signal });
    return { began, outcome: await within(work, step.timeoutSeconds), at: ended() };
  } catch (thrown) {
    const failure = messageOf(thrown);
    return { began, at: ended(), failure, ...(thrown instanceof Refusal ? { refused: thrown.reason } : {}) };
  }
}
