import type { RunInput, RunState } from "../run/record.js";

export type MessageKind = "start" | "failure" | "approval" | "escalation" | "end" | "stakeholders";

/** What is told to people, whatever the channel. */
export interface Message {
  /** The same for every attempt: receivers that can, drop what they have. */
  readonly key: string;
  readonly kind: MessageKind;
  readonly severity: "critical";
  readonly runId: string;
  readonly subject: string;
  readonly lines: readonly string[];
  /** E-mail addresses. */
  readonly to: readonly string[];
}

/** A message about a run as it stands. */
export function messageOf(
  input: RunInput,
  state: RunState,
  about: {
    readonly kind: MessageKind;
    readonly key: string;
    readonly what: string;
    readonly to?: readonly string[];
    readonly lines?: readonly string[];
  },
): Message {
  const { plan, stack, runId, drill } = input;
  const steps = state.steps.map(
    ({ id, status, told }) => `${status.padEnd(8)} ${id}${told === undefined ? "" : `: ${told}`}`,
  );
  return {
    key: `${runId}:${about.key}`,
    kind: about.kind,
    severity: "critical",
    runId,
    subject: `${drill ? "[DRILL] " : ""}${plan.name} of ${stack}: ${about.what}`,
    lines: [
      ...(about.lines ?? []),
      `run ${runId}, from ${input.from} to ${input.to}, started by ${input.by}`,
      ...steps,
    ],
    to: about.to ?? plan.contacts,
  };
}
