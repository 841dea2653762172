import { showSeconds } from "./figures.js";
import type { RecordedEvent } from "./record.js";

type Described = { readonly [K in RecordedEvent["kind"]]: (event: Extract<RecordedEvent, { kind: K }>) => string };

const answered = (event: Extract<RecordedEvent, { kind: "approved" | "rejected" }>): string =>
  `${event.step}: ${event.kind} by ${event.by}: ${event.saw}`;

const except = (what: string, names: readonly string[]): string =>
  names.length === 0 ? "" : `${what}${names.join(", ")}`;

const described: Described = {
  "run-started": () => "the run started",
  "step-started": ({ step }) => `${step}: started`,
  "step-finished": ({ step }) => `${step}: done`,
  action: ({ step, action, attempt, began, at, outcome, failure }) => {
    const took = showSeconds((Date.parse(at) - Date.parse(began)) / 1000);
    const result = failure === undefined ? (outcome?.summary ?? "") : `FAILED: ${failure}`;
    return `${step}, ${action}${attempt > 1 ? ` (attempt ${attempt})` : ""}: ${result} (${took})`;
  },
  "approval-requested": ({ step, contact }) => `${step}: approval asked of ${contact}`,
  "approval-escalated": ({ step, contact }) => `${step}: no answer, ${contact} is asked`,
  approved: answered,
  rejected: answered,
  stopped: ({ step, reason }) => `${step}: STOPPED: ${reason}`,
  resumed: ({ by, forced }) => `resumed by ${by}${except(", forcing ", forced)}`,
  notified: ({ subject, delivered, failed }) =>
    `told: ${subject} (${delivered.join(", ") || "nobody"}${except("; not ", failed)})`,
  "run-finished": ({ result, by }) => `the run is ${result}${by === undefined ? "" : ` by ${by}`}`,
};

/** One line for one event. */
export function describeEvent(event: RecordedEvent): string {
  return (described[event.kind] as (one: RecordedEvent) => string)(event);
}
