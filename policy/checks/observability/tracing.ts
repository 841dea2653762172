import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { isUnknown } from "../../model/values.js";
import { isDataStore, variable } from "../support/environment.js";
import { longRunning } from "../support/subjects.js";
import { judgeEndpoint } from "../support/telemetry.js";

const EXPORTER =
  /^(OTEL_EXPORTER_OTLP(_TRACES)?_ENDPOINT|JAEGER_(ENDPOINT|AGENT_HOST)|ZIPKIN_ENDPOINT|DD_(AGENT_HOST|TRACE_AGENT_URL))$/;
const INJECTED =
  /^(instrumentation\.opentelemetry\.io\/inject-|sidecar\.opentelemetry\.io\/inject|admission\.datadoghq\.com\/)/;

/**
 * Severity medium. Evidence is an exporter in the environment (OpenTelemetry's own variables first) with somebody behind
 * its endpoint: a Service with that port, a collector, or the release that makes one. An endpoint at which the input
 * shows nothing is a warning, and fails where the input shows what else is there. An annotation that asks for
 * instrumentation counts too. No evidence is a warning; switched off by hand fails. Asked of what a Service sends
 * requests to, data stores excepted. Source: R1 (tracing), OpenTelemetry's environment specification.
 */
export const tracing = defineCheck({
  id: "tracing",
  title: "Distributed tracing is wired",
  category: "observability",
  severity: "medium",
  scope: "stack",
  why: "A slow request through several services cannot be explained from one service's logs.",
  remediation:
    "Set OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_SERVICE_NAME on the containers, and run a collector at that address.",
  link: "https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/",
  subjects: longRunning,
  judge: (workload, { view }) => {
    if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's spec");
    if (isDataStore(workload)) return notApplicable("a data store is traced through its clients");
    if (view.relations.servicesOf(workload).length === 0) return notApplicable("no Service sends it requests");
    const off = variable(workload, view, /^OTEL_SDK_DISABLED$/)?.[1] === "true";
    if (off || variable(workload, view, /^OTEL_TRACES_EXPORTER$/)?.[1] === "none")
      return fail("tracing is switched off");
    if (variable(workload, view, /^OTEL_TRACES_SAMPLER$/)?.[1] === "always_off")
      return fail("no trace is ever sampled");
    const exporter = variable(workload, view, EXPORTER);
    if (exporter && exporter[1] === "") return fail(`${exporter[0]} is empty`);
    if (exporter) {
      const [name, endpoint] = exporter;
      return isUnknown(endpoint) ? unknownUntilDeployment(name) : judgeEndpoint(name, endpoint, [workload, view]);
    }
    const injected = Object.entries(workload.podAnnotations).find(
      ([key, value]) => INJECTED.test(key) && value !== "false",
    );
    return injected ? pass(`instrumented by ${injected[0]}`) : warning("no evidence of a trace exporter");
  },
});
