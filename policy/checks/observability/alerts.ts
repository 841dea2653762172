import { defineCheck } from "../../engine/check.js";
import { notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { holdsUnknown } from "../../model/values.js";
import { alertsOf } from "../support/collectors.js";
import { isDataStore } from "../support/environment.js";
import { longRunning } from "../support/subjects.js";

/**
 * Severity medium. Metrics that nobody is woken by do not protect a service level. Counts alerting rules
 * (PrometheusRule) of the same cluster; none at all is a warning, since they may live elsewhere. Source: R11 (alerts
 * before production).
 */
export const alerts = defineCheck({
  id: "alerts",
  title: "Alerting rules watch the service",
  category: "observability",
  severity: "medium",
  scope: "stack",
  why: "Users, not operators, are the first to notice.",
  remediation: "Add a PrometheusRule with alerts on error rate, latency and saturation of the service.",
  link: "https://prometheus-operator.dev/docs/developer/alerting/",
  subjects: longRunning,
  judge: (workload, { view }) => {
    if (isDataStore(workload)) return notApplicable("watched through the service that uses it");
    if (view.relations.servicesOf(workload).length === 0) return notApplicable("no Service sends it requests");
    const { cluster } = workload.resource;
    const names = alertsOf(cluster, view);
    const rules = view.ofKind("PrometheusRule").filter((rule) => rule.cluster === cluster);
    if (names.length === 0 && rules.some((rule) => holdsUnknown(rule.body.spec))) {
      return unknownUntilDeployment("the alerting rules");
    }
    return names.length > 0
      ? pass(`${names.length} alerts in its cluster, ${names.slice(0, 3).join(", ")} among them`)
      : warning("no evidence of an alerting rule in its cluster");
  },
});
