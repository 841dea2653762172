import { strict as assert } from "node:assert";
import { plans } from "../../../../operations/recovery/plans/index.js";
import { figuresOf, showSeconds } from "../../../../operations/recovery/run/figures.js";
import { renderReport, reportOf } from "../../../../operations/recovery/run/report.js";
import {
  stateOf,
  type RecordedEvent,
  type RunEvent,
  type RunInput,
  type RunRecord,
} from "../../../../operations/recovery/run/record.js";

const input: RunInput = {
  runId: "20261124-031500-region-outage-1f2e",
  stack: "production",
  plan: plans[0]!,
  from: "us-east-1",
  to: "us-west1",
  by: "oncall@example.com",
  autoApprove: false,
  forced: [],
  drill: false,
  since: "2026-11-24T03:10:00.000Z",
  values: {},
  escalateAfterMinutes: 5,
};

const at = (minute: number, second = 0): string => new Date(Date.UTC(2026, 10, 24, 3, minute, second)).toISOString();
const record = (...events: readonly RunEvent[]): RunRecord => ({
  input,
  events: events.map((event, index): RecordedEvent => ({ ...event, seq: index + 1 })),
  sessions: [{ by: "oncall@example.com", host: "laptop", pid: 7, startedAt: at(15) }],
});

const action = (step: string, minute: number, more: object): RunEvent => ({
  kind: "action",
  step,
  phase: "actions",
  action: "promote-standby",
  attempt: 1,
  began: at(minute),
  at: at(minute, 30),
  ...more,
});

const begun: readonly RunEvent[] = [
  { kind: "run-started", at: at(15) },
  { kind: "step-started", step: "verify-outage", at: at(15) },
  action("verify-outage", 15, { outcome: { summary: "down", facts: { replayedTo: at(9, 58) } } }),
];
const stopped: RunEvent = { kind: "stopped", step: "verify-outage", stop: 1, reason: "it broke", at: at(16) };
const resumed: RunEvent = { kind: "resumed", stop: 1, by: "cto@example.com", forced: ["unfenced"], at: at(18) };
const asked: RunEvent = {
  kind: "approval-requested",
  step: "verify-outage",
  request: 1,
  seen: ["down"],
  contact: "oncall@example.com",
  at: at(19),
};
const approved: RunEvent = {
  kind: "approved",
  step: "verify-outage",
  request: 1,
  by: "cto@example.com",
  saw: "both dashboards",
  values: { restoreTo: "2026" },
  at: at(20),
};
const back: readonly RunEvent[] = [
  { kind: "step-finished", step: "verify-outage", at: at(20) },
  { kind: "step-started", step: "verify-services", at: at(20) },
  { kind: "step-finished", step: "verify-services", at: at(21) },
];

describe("state of a run", () => {
  it("is pending everywhere before it began", () => {
    const state = stateOf(record());
    assert.equal(state.status, "running");
    assert.ok(state.steps.every(({ status }) => status === "pending"));
  });

  it("stands still at the step that failed, with the reason, and goes on once resumed with what was forced", () => {
    const still = stateOf(record(...begun, stopped));
    assert.equal(still.status, "stopped");
    assert.deepEqual(still.stop, { number: 1, step: "verify-outage", reason: "it broke" });
    const on = stateOf(record(...begun, stopped, resumed));
    assert.equal(on.status, "running");
    assert.equal(on.stop, undefined);
    assert.deepEqual(on.forced, ["unfenced"]);
  });

  it("waits for the contact that was asked last, and keeps what the approver chose", () => {
    const escalated: RunEvent = {
      kind: "approval-escalated",
      step: "verify-outage",
      request: 1,
      contact: "cto@example.com",
      at: at(24),
    };
    const waiting = stateOf(record(...begun, asked, escalated));
    assert.equal(waiting.status, "waiting");
    assert.equal(waiting.approval?.contact, "cto@example.com");
    const on = stateOf(record(...begun, asked, approved));
    assert.equal(on.approval, undefined);
    assert.equal(on.facts.restoreTo, "2026");
  });
});

describe("figures of a run", () => {
  const whole = record(...begun, stopped, resumed, asked, approved, ...back);

  it("count the recovery from the outage, and apart from it the part that no person was waited for", () => {
    const figures = figuresOf(whole);
    assert.equal(figures.rtoSeconds, 11 * 60);
    assert.equal(figures.rtoTargetSeconds, 15 * 60);
    // Six minutes from start to service, less two of standing still and one of waiting.
    assert.equal(figures.automatedSeconds, 3 * 60);
    assert.equal(figures.rpoSeconds, 2);
  });

  it("are not known before the service is back", () => {
    assert.equal(figuresOf(record(...begun)).rtoSeconds, undefined);
  });

  it("are written as people say them", () => {
    assert.deepEqual([12.34, 90, 120, 3600 * 3, undefined].map(showSeconds), [
      "12.3 s",
      "1 min 30 s",
      "2 min",
      "3 h",
      "not known",
    ]);
  });

  it("stand in a report beside their targets, with approvals, what was forced and every event", () => {
    const report = reportOf(whole);
    assert.deepEqual(
      report.timeline.map(({ seq }) => seq),
      whole.events.map(({ seq }) => seq),
    );
    const text = renderReport(report);
    assert.match(text, /\| RTO \| 11 min \| 15 min \| met \|/);
    assert.match(text, /\| RPO, at most \| 2 s \| 5 min \| met \|/);
    assert.match(text, /\*\*Forced past\*\*: unfenced/);
    assert.match(text, /\| verify-outage \| approved \| cto@example.com \| .* \| both dashboards \|/);
    assert.match(text, /STOPPED: it broke/);
  });
});
