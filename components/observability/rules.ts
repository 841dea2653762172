import type { Alert, AlertContext, AlertGroup, RuleGroup } from "./alert.js";
import { toRule } from "./alert.js";
import { dataAlerts } from "./alerts/data.js";
import { platformAlerts } from "./alerts/regions.js";
import { serviceAlerts } from "./alerts/service.js";
import { sloAlerts, sloRecords } from "./slo.js";

function extraAlerts({ config }: AlertContext): AlertGroup[] {
  const alerts = config.observability.alerting.extraAlerts.map((extra): Alert => ({
    ...extra,
    meaning: extra.summary,
    action: "follow the runbook.",
  }));
  return alerts.length > 0 ? [{ name: "agent-extra", alerts }] : [];
}

/** Every alert of the platform, in the order in which docs/observability.md lists them. */
export function alertGroups(context: AlertContext): AlertGroup[] {
  return [
    sloAlerts(context.config.observability.availability),
    ...serviceAlerts(context),
    ...dataAlerts(context),
    ...platformAlerts(context),
    ...extraAlerts(context),
  ];
}

/** Spec of the PrometheusRule of one cluster; also a rule file as promtool reads it. */
export function ruleSpec(context: AlertContext): { readonly groups: readonly RuleGroup[] } {
  const { availability, alerting } = context.config.observability;
  const groups = alertGroups(context).map(({ name, alerts }) => ({
    name,
    rules: alerts.map((alert) => toRule(alert, alerting.runbookBase)),
  }));
  return { groups: [sloRecords(availability), ...groups] };
}
