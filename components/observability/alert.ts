import type { StackConfig } from "../../config/schema/stack.js";

export type Severity = "critical" | "warning" | "info";

/** An alert as the platform thinks of it; {@link toRule} gives it the form of Prometheus. */
export interface Alert {
  /** Name, unique in the stack. */
  readonly name: string;
  /** PromQL expression; what it returns is alerted on, one alert a series. */
  readonly expr: string;
  /** How long the expression must hold, such as `5m`; left out: at once. */
  readonly for?: string;
  /** critical pages somebody, warning makes a ticket, info is shown. */
  readonly severity: Severity;
  /** One line for whoever is told; `{{ $labels.x }}` and `{{ $value }}` are filled in. */
  readonly summary: string;
  /** What it means for users or for the promise. */
  readonly meaning: string;
  /** The first thing to do; the runbook has the rest. */
  readonly action: string;
  /** Name of the file in docs/runbooks without its ending, or a URL. */
  readonly runbook: string;
  readonly owner: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether the loss of the whole region explains it: then only the loss is told. */
  readonly child?: boolean;
}

/** Alerts of one subject; they are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

/** What alerts are built from: the configuration, and the cluster in which they are evaluated. */
export interface AlertContext {
  readonly config: StackConfig;
  /** Key of the region in whose Prometheus the rules live. */
  readonly regionKey: string;
}

export interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusRecord {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly (PrometheusAlert | PrometheusRecord)[];
}

/** Labels by which Alertmanager routes, and annotations by which people act. */
export function toRule(alert: Alert, runbookBase: string): PrometheusAlert {
  return {
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for === undefined ? {} : { for: alert.for }),
    labels: {
      severity: alert.severity,
      owner: alert.owner,
      ...(alert.child === true ? { parent: "region" } : {}),
      ...alert.labels,
    },
    annotations: {
      summary: alert.summary,
      description: `${alert.meaning} First: ${alert.action}`,
      runbook_url: /^https?:\/\//.test(alert.runbook) ? alert.runbook : `${runbookBase}/${alert.runbook}.md`,
    },
  };
}
