import { plans } from "../../../operations/recovery/plans/index.js";
import type { RunRecord } from "../../../operations/recovery/run/record.js";

/** A finished run of the size that a region outage leaves: some twenty-five events. */
export function finishedRun(index: number): RunRecord {
  const at = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
  const [plan] = plans;
  const begin = { kind: "run-started", at, seq: 1 } as const;
  const steps = plan!.steps.flatMap(({ id }, place) => [
    { kind: "step-started", step: id, at, seq: 2 + 2 * place } as const,
    { kind: "step-finished", step: id, at, seq: 3 + 2 * place } as const,
  ]);
  return {
    input: {
      runId: `20260101-${String(index).padStart(6, "0")}-region-outage-0000`,
      stack: "production",
      plan: plan!,
      from: "us-east-1",
      to: "us-west1",
      by: "oncall@example.com",
      autoApprove: true,
      forced: [],
      drill: false,
      values: {},
      escalateAfterMinutes: 5,
    },
    events: [begin, ...steps, { kind: "run-finished", result: "completed", at, seq: 2 + steps.length }],
    sessions: [{ by: "oncall@example.com", host: "laptop", pid: 1, startedAt: at }],
  };
}
