import Table from "cli-table3";
import { actions } from "../../operations/recovery/actions/index.js";
import { plans } from "../../operations/recovery/plans/index.js";
import { phases, type Plan } from "../../operations/recovery/plans/plan.js";
import { figuresOf, showSeconds } from "../../operations/recovery/run/figures.js";
import { stateOf, type RunRecord } from "../../operations/recovery/run/record.js";
import type { Site } from "../../operations/recovery/site/site.js";

const plain = { head: [], border: [] };

/** Every plan in one line. */
export function planTable(all: readonly Plan[] = plans): string {
  const table = new Table({ head: ["plan", "RTO", "RPO", "steps", "manual", "estimate", "contacts"], style: plain });
  for (const { id, rtoMinutes, rpoMinutes, steps, contacts } of all) {
    const manual = steps.filter(({ mode }) => mode === "manual").length;
    const estimate = steps.reduce((sum, { estimateMinutes }) => sum + estimateMinutes, 0);
    table.push([
      id,
      `${rtoMinutes} min`,
      `${rpoMinutes} min`,
      steps.length,
      manual,
      `${estimate} min`,
      contacts.join("\n"),
    ]);
  }
  return table.toString();
}

/** One plan with all its steps. */
export function planText(plan: Plan): string {
  const steps = plan.steps.flatMap((step, index) => [
    "",
    `${index + 1}. ${step.name} (${step.id}, ${step.estimateMinutes} min, ${step.mode})`,
    `   ${step.description}`,
    ...phases.flatMap((phase) =>
      step[phase].map((name) => `   ${phase === "actions" ? "does" : phase}: ${name}: ${actions[name].summary}`),
    ),
    `   undo: ${step.undo}`,
    `   runbook: docs/runbooks/${step.runbook}.md; time-out ${step.timeoutSeconds} s an action, ${step.retry.attempts} attempts`,
  ]);
  return [
    `${plan.name} (${plan.id}): RTO ${plan.rtoMinutes} min, RPO ${plan.rpoMinutes} min`,
    plan.purpose,
    `Figures: ${plan.rationale}`,
    `Contacts: ${plan.contacts.join(", ")}`,
    ...steps,
  ].join("\n");
}

export interface DryRun {
  readonly step: string;
  readonly action: string;
  readonly effects: readonly string[];
}

/** What each action would do to which resource; nothing is asked or changed. */
export function dryRun(
  plan: Plan,
  context: { readonly site: Site; readonly from: string; readonly to: string },
): DryRun[] {
  const about = { ...context, runId: "dry-run", planId: plan.id };
  return plan.steps.flatMap((step) =>
    phases.flatMap((phase) =>
      step[phase].map((action) => ({ step: step.id, action, effects: actions[action].effects(about) })),
    ),
  );
}

export function dryRunText(rows: readonly DryRun[]): string {
  return rows
    .flatMap(({ step, action, effects }) => effects.map((effect) => `${step}, ${action}: ${effect}`))
    .join("\n");
}

const marks = { pending: " ", running: ">", waiting: "?", stopped: "!", done: "x" } as const;

/** A run's steps with elapsed time against the estimate, and the recovery time against its objective. */
export function runTable(record: RunRecord, now = new Date().toISOString()): string {
  const { input } = record;
  const state = stateOf(record);
  const figures = figuresOf(record);
  const table = new Table({
    head: ["", "step", "elapsed", "estimate", "what"],
    style: plain,
    colWidths: [3, 22, 12, 10, 78],
    wordWrap: true,
  });
  input.plan.steps.forEach((step, index) => {
    const at = state.steps[index];
    const end = at?.endedAt ?? (at?.startedAt === undefined ? undefined : now);
    const elapsed =
      at?.startedAt === undefined || end === undefined
        ? undefined
        : (Date.parse(end) - Date.parse(at.startedAt)) / 1000;
    table.push([
      marks[at?.status ?? "pending"],
      step.id,
      elapsed === undefined ? "" : showSeconds(elapsed),
      step.estimateMinutes === 0 ? "" : `${step.estimateMinutes} min`,
      at?.told ?? (step.mode === "manual" ? "manual" : ""),
    ]);
  });
  const since = typeof state.facts.outageSince === "string" ? state.facts.outageSince : (state.startedAt ?? now);
  const out = figures.rtoSeconds ?? (Date.parse(state.endedAt ?? now) - Date.parse(since)) / 1000;
  const lines = [
    `${input.runId}: ${input.drill ? "DRILL of " : ""}${input.plan.id} of ${input.stack}, ${input.from} to ${input.to}: ${state.status}`,
    table.toString(),
    `${figures.rtoSeconds === undefined ? "out of service for" : "recovered in"} ${showSeconds(out)} of ${showSeconds(figures.rtoTargetSeconds)} (RTO); data lost: ${showSeconds(figures.rpoSeconds)} of ${showSeconds(figures.rpoTargetSeconds)} (RPO)`,
  ];
  return [...lines, ...nextWords(record)].join("\n");
}

/** What the operator can do now. */
export function nextWords(record: RunRecord): string[] {
  const { runId } = record.input;
  const { approval, stop } = stateOf(record);
  if (approval !== undefined) {
    const values = Object.entries(approval.proposes).map(
      ([key, value]) => `proposed ${key}=${value} (--set ${key}=… changes it)`,
    );
    return [
      `${approval.step} waits for ${approval.contact}:`,
      ...approval.seen.map((line) => `  saw: ${line}`),
      ...values.map((line) => `  ${line}`),
      `  recover approve ${runId} --as ${approval.contact} --saw "what you saw"`,
    ];
  }
  if (stop !== undefined)
    return [`stopped at ${stop.step}: ${stop.reason}`, `  mend it, then: recover resume ${runId}`];
  return [];
}
