import { REQUESTS } from "../delivery/analysis.js";
import type { AlertGroup, PrometheusRecord, RuleGroup } from "./alert.js";

/** Days over which the availability is promised (R11). */
export const budgetDays = 30;

/** Share of failed requests over a window: a recorded series of its own, because alerts and dashboards share it. */
export function errorRatio(window: string): string {
  return `agent:error_ratio:rate${window}`;
}

/** Share of the error budget that is left over 30 days, 1 at the start and below 0 when the promise is broken. */
export const budgetLeft = "agent:error_budget_left:30d";

interface BurnRate {
  readonly name: string;
  /** How many times faster than the budget allows. */
  readonly factor: number;
  readonly long: string;
  readonly short: string;
  readonly severity: "critical" | "warning";
  /** When the budget of 30 days is gone at this rate. */
  readonly goneIn: string;
}

/**
 * Burn rates and windows of Google's SRE Workbook, chapter 5: 2 % of the budget in an hour and 5 % in six page, 10 % in
 * a day or in three make a ticket. The short window ends an alert soon after the errors do.
 */
export const burnRates: readonly BurnRate[] = [
  { name: "AgentErrorBudgetBurnFast", factor: 14.4, long: "1h", short: "5m", severity: "critical", goneIn: "2 days" },
  { name: "AgentErrorBudgetBurn", factor: 6, long: "6h", short: "30m", severity: "critical", goneIn: "5 days" },
  { name: "AgentErrorBudgetBurnSlow", factor: 3, long: "1d", short: "2h", severity: "warning", goneIn: "10 days" },
  { name: "AgentErrorBudgetBurnLong", factor: 1, long: "3d", short: "6h", severity: "warning", goneIn: "30 days" },
];

/** The windows of all burn rates, each once, the shortest first. */
export const sloWindows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;

/** No errors at all is no series at all: the numerator is 0 then, but only where there was traffic. */
function ratioOver(window: string): string {
  const all = `sum(rate(${REQUESTS}[${window}]))`;
  const errors = `sum(rate(${REQUESTS}{status="error"}[${window}]))`;
  return `(${errors} or 0 * ${all}) / (${all} > 0)`;
}

/** Recording rules: the ratio over every window, and the budget from rates that are cheap to average over 30 days. */
export function sloRecords(objective: number): RuleGroup {
  const budget = errorBudget(objective);
  const records: PrometheusRecord[] = [
    ...sloWindows.map((window) => ({ record: errorRatio(window), expr: ratioOver(window) })),
    { record: "agent:requests:rate5m", expr: `sum(rate(${REQUESTS}[5m]))` },
    {
      record: "agent:errors:rate5m",
      expr: `sum(rate(${REQUESTS}{status="error"}[5m])) or 0 * sum(rate(${REQUESTS}[5m]))`,
    },
    {
      record: budgetLeft,
      expr: `1 - (avg_over_time(agent:errors:rate5m[${budgetDays}d]) / (avg_over_time(agent:requests:rate5m[${budgetDays}d]) > 0)) / ${budget}`,
    },
  ];
  return { name: "agent-slo-records", rules: records };
}

/** Share of requests that may fail; rounded, since 1 - 0.999 is not 0.001 to a computer. */
export function errorBudget(objective: number): number {
  return Number((1 - objective).toPrecision(6));
}

/** Alerts on the speed at which the budget goes, over a long window and a short one together. */
export function sloAlerts(objective: number): AlertGroup {
  const budget = errorBudget(objective);
  const alerts = burnRates.map(({ name, factor, long, short, severity, goneIn }) => {
    const bound = Number((factor * budget).toPrecision(6));
    return {
      name,
      expr: `${errorRatio(long)} > ${bound} and ${errorRatio(short)} > ${bound}`,
      severity,
      summary: `Errors burn the ${budgetDays}-day budget ${factor} times too fast: {{ $value | humanizePercentage }} of requests fail`,
      meaning: `At this rate the error budget of ${budgetDays} days is gone in ${goneIn} (windows ${long} and ${short}).`,
      action: "see which version and which status fail, and stop a rollout that is under way.",
      runbook: "error-budget-burn",
      owner: "platform-team",
      child: true,
    };
  });
  return {
    name: "agent-slo",
    alerts: [
      ...alerts,
      {
        name: "AgentErrorBudgetSpent",
        expr: `${budgetLeft} < 0`,
        for: "5m",
        severity: "warning",
        summary: `The error budget of ${budgetDays} days is spent ({{ $value | humanizePercentage }} left)`,
        meaning: `The promise of ${objective * 100} % over ${budgetDays} days is broken.`,
        action: "let only releases through that make the service more reliable.",
        runbook: "error-budget-burn",
        owner: "platform-team",
      },
    ],
  };
}
