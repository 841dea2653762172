import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "../plans/plan.js";
import type { Answer } from "../run/control.js";
import { host } from "./host.js";
import { durable, type Journal } from "./journal.js";
import { announce } from "./announce.js";

const LOOK_MS = 1_000;

type Heard = { readonly answer: Answer } | { readonly cancelledBy: string } | { readonly silence: true };

/** Waits for a word of somebody until the deadline. The bucket may be out of reach for a while: it asks on. */
async function listen(step: string, request: number, deadline: number): Promise<Heard> {
  while (Date.now() < deadline) {
    try {
      const answer = await host().control.answer(step, request);
      if (answer !== undefined) return { answer };
      const cancelled = await host().control.cancellation();
      if (cancelled !== undefined) return { cancelledBy: cancelled.by };
    } catch {
      // Asked again below.
    }
    await sleep(Math.min(LOOK_MS, Math.max(1, deadline - Date.now())));
  }
  return { silence: true };
}

/** What the step's actions found: what the approver is asked to have seen. */
function seenOf({ events }: Journal, step: string): string[] {
  return events.flatMap((event) =>
    event.kind === "action" && event.step === step && event.outcome !== undefined ? [event.outcome.summary] : [],
  );
}

/**
 * Asks the contacts, one after the other: whoever does not answer in time stays asked, and the next one is told.
 * @returns who cancelled the run, or why it was rejected; neither where it was approved.
 */
export async function approval(
  journal: Journal,
  step: Step,
  request: number,
): Promise<{ readonly cancelledBy?: string; readonly rejected?: string }> {
  const { input } = journal;
  const { contacts } = input.plan;
  const [first = ""] = contacts;
  await journal.note({
    kind: "approval-requested",
    step: step.id,
    request,
    seen: seenOf(journal, step.id),
    contact: first,
  });
  const proposes = journal.state.approval?.proposes ?? {};
  if (input.autoApprove) {
    await journal.note({
      kind: "approved",
      step: step.id,
      request,
      by: "auto-approve",
      saw: "not looked at: the run was started with --auto-approve",
      values: { ...proposes, ...input.values },
    });
    return {};
  }
  await announce(journal, {
    kind: "approval",
    key: `approval:${step.id}-${request}`,
    what: `${step.name} wants an approval`,
    to: [first],
  });
  const asked = Date.parse(journal.events.at(-1)?.at ?? "");
  for (let level = 1; ; level += 1) {
    const deadline = asked + level * input.escalateAfterMinutes * 60_000;
    const { value: heard } = await durable(
      `approval:${step.id}-${request}#${level}`,
      async () => await listen(step.id, request, deadline),
    );
    if ("cancelledBy" in heard) return { cancelledBy: heard.cancelledBy };
    if ("answer" in heard) {
      const { kind, by, saw, values } = heard.answer;
      const chosen = { ...proposes, ...input.values, ...values };
      await journal.note({ kind, step: step.id, request, by, saw, ...(kind === "approved" ? { values: chosen } : {}) });
      return kind === "approved" ? {} : { rejected: `rejected by ${by}: ${saw}` };
    }
    const contact = contacts[Math.min(level, contacts.length - 1)] ?? first;
    await journal.note({ kind: "approval-escalated", step: step.id, request, contact });
    await announce(journal, {
      kind: "escalation",
      key: `approval:${step.id}-${request}#${level}`,
      what: `${step.name} still wants an approval`,
      to: [contact],
    });
  }
}
