import { structuredLogging } from "../../../../policy/checks/observability/structured-logging.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

const logging = (format: unknown, level = "info") =>
  having(deployment(), "spec.template.spec.containers.0.env", [
    { name: "LOG_FORMAT", value: format },
    { name: "LOG_LEVEL", value: level },
  ]);
const collector = { name: "agent", image: "fluent-bit:3.1", env: [{ name: "LOG_FORMAT", value: "json" }] };
const agent = having(object("DaemonSet", { template: { spec: { containers: [collector] } } }), "metadata.name", "logs");

describeCheck(structuredLogging, {
  pass: {
    "JSON and an agent": [logging("json"), agent],
    "the format from a ConfigMap": [
      having(deployment(), "spec.template.spec.containers.0.envFrom", [{ configMapRef: { name: "web" } }]),
      object("ConfigMap", undefined, { data: { LOG_FORMAT: "json" } }),
      agent,
    ],
  },
  violation: {
    "logs are text, not structured": [logging("text"), agent],
    "no evidence that its logs are structured": [deployment(), agent],
    "no evidence that anything collects them": [logging("json")],
    "logs at level debug": [logging("json", "debug"), agent],
  },
  wrongKind: [job(), service()],
  unknown: [logging(UNKNOWN), agent],
});
