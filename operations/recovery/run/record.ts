import type { Outcome, RefusalReason } from "../action.js";
import type { Phase, Plan } from "../plans/plan.js";

/** What a run was started with; frozen, so that a newer version of the program finishes it as it was begun. */
export interface RunInput {
  readonly runId: string;
  readonly stack: string;
  readonly plan: Plan;
  readonly from: string;
  readonly to: string;
  /** Who started it: a contact's address, or user@host. */
  readonly by: string;
  readonly autoApprove: boolean;
  readonly forced: readonly RefusalReason[];
  readonly drill: boolean;
  /** RFC 3339: since when the service is down, where the operator knows it. */
  readonly since?: string;
  /** Values given beforehand, such as the restore point. */
  readonly values: Readonly<Record<string, string>>;
  readonly escalateAfterMinutes: number;
}

/** Everything that can happen in a run. `at` is RFC 3339. */
export type RunEvent = { readonly at: string } & (
  | { readonly kind: "run-started" }
  | { readonly kind: "step-started"; readonly step: string }
  | {
      readonly kind: "action";
      readonly step: string;
      readonly phase: Phase;
      readonly action: string;
      readonly attempt: number;
      /** When it was begun; `at` is its end. */
      readonly began: string;
      readonly outcome?: Outcome;
      readonly failure?: string;
      readonly refused?: RefusalReason;
    }
  | {
      readonly kind: "approval-requested";
      readonly step: string;
      readonly request: number;
      readonly seen: readonly string[];
      readonly contact: string;
    }
  | { readonly kind: "approval-escalated"; readonly step: string; readonly request: number; readonly contact: string }
  | {
      readonly kind: "approved" | "rejected";
      readonly step: string;
      readonly request: number;
      readonly by: string;
      readonly saw: string;
      readonly values?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "step-finished"; readonly step: string }
  | { readonly kind: "stopped"; readonly step: string; readonly stop: number; readonly reason: string }
  | { readonly kind: "resumed"; readonly stop: number; readonly by: string; readonly forced: readonly RefusalReason[] }
  | {
      readonly kind: "notified";
      readonly subject: string;
      readonly key: string;
      readonly delivered: readonly string[];
      readonly failed: readonly string[];
    }
  | { readonly kind: "run-finished"; readonly result: "completed" | "cancelled"; readonly by?: string }
);

/** An event with its place in the run: 1, 2, 3, … without a gap. */
export type RecordedEvent = RunEvent & { readonly seq: number };

/** One process that carried the run, so that a crash in between can be seen. */
export interface Session {
  readonly by: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
}

export interface RunRecord {
  readonly input: RunInput;
  readonly events: readonly RecordedEvent[];
  readonly sessions: readonly Session[];
}

export type RunStatus = "running" | "waiting" | "stopped" | "completed" | "cancelled";
export type StepStatus = "pending" | "running" | "waiting" | "stopped" | "done";

export interface StepState {
  readonly id: string;
  readonly status: StepStatus;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** One line: what it found or did last, or why it stopped. */
  readonly told?: string;
}

export interface OpenApproval {
  readonly step: string;
  readonly request: number;
  readonly seen: readonly string[];
  readonly contact: string;
  readonly proposes: Readonly<Record<string, string>>;
}

export interface RunState {
  readonly status: RunStatus;
  readonly steps: readonly StepState[];
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly approval?: OpenApproval;
  /** Number and reason of the stop that the run is at. */
  readonly stop?: { readonly number: number; readonly step: string; readonly reason: string };
  readonly forced: readonly RefusalReason[];
}

type Draft = { -readonly [K in keyof RunState]: RunState[K] };

function setStep(draft: Draft, id: string, change: Partial<StepState>): void {
  draft.steps = draft.steps.map((step) => (step.id === id ? { ...step, ...change } : step));
}

/** Values that the step's latest actions propose, for whoever approves it. */
function proposalsOf(events: readonly RunEvent[], step: string): Record<string, string> {
  const outcomes = events.flatMap((event) =>
    event.kind === "action" && event.step === step ? [event.outcome?.proposes ?? {}] : [],
  );
  return Object.assign({}, ...outcomes) as Record<string, string>;
}

// eslint-disable-next-line complexity -- one case an event, and every event has one
function step(draft: Draft, event: RunEvent, events: readonly RunEvent[]): void {
  switch (event.kind) {
    case "run-started":
      draft.startedAt = event.at;
      return;
    case "step-started":
      setStep(draft, event.step, { status: "running", startedAt: event.at });
      return;
    case "action":
      draft.facts = { ...draft.facts, ...event.outcome?.facts };
      setStep(draft, event.step, { told: event.failure ?? event.outcome?.summary ?? "" });
      return;
    case "approval-requested": {
      const { step: id, request, seen, contact } = event;
      draft.status = "waiting";
      draft.approval = { step: id, request, seen, contact, proposes: proposalsOf(events, id) };
      setStep(draft, id, { status: "waiting" });
      return;
    }
    case "approval-escalated":
      if (draft.approval !== undefined) draft.approval = { ...draft.approval, contact: event.contact };
      return;
    case "approved":
    case "rejected":
      draft.status = "running";
      delete draft.approval;
      draft.facts = { ...draft.facts, ...event.values };
      setStep(draft, event.step, { status: "running" });
      return;
    case "step-finished":
      setStep(draft, event.step, { status: "done", endedAt: event.at });
      return;
    case "stopped":
      draft.status = "stopped";
      draft.stop = { number: event.stop, step: event.step, reason: event.reason };
      setStep(draft, event.step, { status: "stopped", told: event.reason });
      return;
    case "resumed":
      draft.status = "running";
      draft.forced = [...new Set([...draft.forced, ...event.forced])];
      if (draft.stop !== undefined) setStep(draft, draft.stop.step, { status: "running" });
      delete draft.stop;
      return;
    case "notified":
      return;
    case "run-finished":
      draft.status = event.result;
      draft.endedAt = event.at;
      delete draft.approval;
      delete draft.stop;
      return;
  }
}

/** Where a run stands, from nothing but its events. */
export function stateOf({ input, events }: Pick<RunRecord, "input" | "events">): RunState {
  const draft: Draft = {
    status: "running",
    steps: input.plan.steps.map(({ id }) => ({ id, status: "pending" })),
    facts: { ...input.values, ...(input.since === undefined ? {} : { outageSince: input.since }) },
    forced: input.forced,
  };
  for (const event of events) step(draft, event, events);
  return draft;
}

/** Whether nothing of the run is left to do. */
export function isFinished(record: Pick<RunRecord, "events"> | undefined): boolean {
  return record?.events.at(-1)?.kind === "run-finished";
}

/** The record of a run that nobody carries any more, with its end. */
export function cancelledRecord(record: RunRecord, by: string): RunRecord {
  const seq = record.events.length + 1;
  const event = { kind: "run-finished", result: "cancelled", by, at: new Date().toISOString(), seq } as const;
  return { ...record, events: [...record.events, event] };
}
