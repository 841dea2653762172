import { structuredLogging } from "../../../../policy/checks/observability/structured-logging.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { cloud, describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

const logging = (format: unknown, level = "info") =>
  having(deployment(), "spec.template.spec.containers.0.env", [
    { name: "LOG_FORMAT", value: format },
    { name: "LOG_LEVEL", value: level },
  ]);
const collector = { name: "agent", image: "fluent-bit:3.1", env: [{ name: "LOG_FORMAT", value: "json" }] };
const agent = having(object("DaemonSet", { template: { spec: { containers: [collector] } } }), "metadata.name", "logs");
const release = (values: object) =>
  cloud("kubernetes:helm.sh/v3:Release", "otel", { chart: "opentelemetry-collector", namespace: "watch", values });
const reading = { mode: "daemonset", presets: { logsCollection: { enabled: true } } };
const google = (name: string) =>
  cloud("gcp:container/cluster:Cluster", name, { loggingConfig: { enableComponents: ["WORKLOADS"] } });
const amazon = cloud("aws:eks/cluster:Cluster", "east-cluster", {});

describeCheck(structuredLogging, {
  pass: {
    "JSON and an agent": [logging("json"), agent],
    "JSON and a collector that reads the nodes' files": [logging("json"), release(reading)],
    "JSON and the cloud's own agent": [logging("json"), google("west-cluster")],
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
    "evidence that anything collects them": [logging("json"), release({ ...reading, mode: "deployment" })],
    "that anything collects them": [logging("json"), release({ mode: "daemonset" })],
    "no evidence that anything collects": [logging("json"), google("west-cluster"), amazon],
    "logs at level debug": [logging("json", "debug"), agent],
  },
  wrongKind: [job(), service()],
  unknown: [logging(UNKNOWN), agent],
});
