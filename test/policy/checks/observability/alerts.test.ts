import { alerts } from "../../../../policy/checks/observability/alerts.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, job, object, service } from "../../support/objects.js";

const rule = object("PrometheusRule", { groups: [{ name: "web", rules: [{ alert: "Slow", expr: "up == 0" }] }] });

describeCheck(alerts, {
  pass: { "an alert in the cluster": [deployment(), service(), rule] },
  violation: { "no evidence of an alerting rule": [deployment(), service()] },
  wrongKind: [job(), deployment(), rule],
  unknown: [deployment(), service(), object("PrometheusRule", UNKNOWN)],
});
