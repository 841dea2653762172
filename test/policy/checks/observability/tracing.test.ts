import { tracing } from "../../../../policy/checks/observability/tracing.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

const traced = (value: string) =>
  having(deployment(), "spec.template.spec.containers.0.env", [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value }]);

describeCheck(tracing, {
  pass: {
    "an exporter": [traced("http://collector:4317"), service()],
    "instrumentation by annotation": [
      having(deployment(), "spec.template.metadata.annotations", {
        "instrumentation.opentelemetry.io/inject-nodejs": "true",
      }),
      service(),
    ],
  },
  violation: {
    "no evidence of a trace exporter": [deployment(), service()],
    "is empty": [traced(""), service()],
    "tracing is switched off": [
      having(deployment(), "spec.template.spec.containers.0.env", [{ name: "OTEL_SDK_DISABLED", value: "true" }]),
      service(),
    ],
  },
  wrongKind: [deployment(), job()],
  unknown: [having(deployment(), "spec.template.spec", UNKNOWN), service()],
});
