import type { RunRecord } from "./record.js";
import { stateOf } from "./record.js";

/** What was achieved beside what was promised, in seconds. */
export interface Figures {
  /** From the outage, or the start where that is not known, until the service was back. */
  readonly rtoSeconds?: number;
  readonly rtoTargetSeconds: number;
  /** Data that is missing, as time before the outage. Absent where nothing could tell. */
  readonly rpoSeconds?: number;
  readonly rpoTargetSeconds: number;
  /** Of the recovery, what the program took: without waiting for people, and without being stopped or dead. */
  readonly automatedSeconds?: number;
}

const seconds = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
const round = (value: number): number => Math.round(value * 10) / 10;

/** Seconds up to `end` in which the run waited for a person: an approval, or to be resumed. */
function waited({ events }: Pick<RunRecord, "events">, end: string): number {
  let since: string | undefined;
  let total = 0;
  for (const { kind, at } of events) {
    if (at > end) break;
    if (kind === "approval-requested" || kind === "stopped") since ??= at;
    if ((kind === "approved" || kind === "rejected" || kind === "resumed") && since !== undefined) {
      total += seconds(since, at);
      since = undefined;
    }
  }
  return since === undefined ? total : total + seconds(since, end);
}

/** RTO and RPO of a run, from its record alone. */
export function figuresOf(record: Pick<RunRecord, "input" | "events">): Figures {
  const { plan } = record.input;
  const state = stateOf(record);
  const { facts, startedAt } = state;
  const back = state.steps.find(({ id }) => id === plan.recoveredAfter)?.endedAt;
  const targets = { rtoTargetSeconds: plan.rtoMinutes * 60, rpoTargetSeconds: plan.rpoMinutes * 60 };
  const since = typeof facts.outageSince === "string" ? facts.outageSince : startedAt;
  const lost =
    typeof facts.rpoSeconds === "number"
      ? facts.rpoSeconds
      : typeof facts.replayedTo === "string" && since !== undefined
        ? seconds(facts.replayedTo, since)
        : undefined;
  return {
    ...targets,
    ...(back === undefined || since === undefined ? {} : { rtoSeconds: round(seconds(since, back)) }),
    ...(back === undefined || startedAt === undefined
      ? {}
      : { automatedSeconds: round(seconds(startedAt, back) - waited(record, back)) }),
    ...(lost === undefined ? {} : { rpoSeconds: round(lost) }),
  };
}

/** `4 min 30 s`, as people say it. */
export function showSeconds(value: number | undefined): string {
  if (value === undefined) return "not known";
  if (value < 60) return `${round(value)} s`;
  const minutes = Math.floor(value / 60);
  const rest = Math.round(value - minutes * 60);
  if (minutes < 120) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return `${round(value / 3600)} h`;
}
