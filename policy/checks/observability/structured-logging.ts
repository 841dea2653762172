import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { isUnknown, type Unknown } from "../../model/values.js";
import type { PlatformView } from "../../model/view.js";
import type { Workload } from "../../model/workload.js";
import { logCollectorOf } from "../support/collectors.js";
import { argumentsOf, isDataStore, variable } from "../support/environment.js";
import { longRunning } from "../support/subjects.js";

const FORMAT = /^(LOG|LOGGING|LOGGER)_(FORMAT|ENCODING|OUTPUT_FORMAT|STYLE)$/;
const FORMAT_FLAG = /^--(?:log|logging|log\.)-?(?:format|encoding)=(.+)$/;
const STRUCTURED = /^(json|logfmt|ecs|gelf|structured|stackdriver)$/i;

/**
 * Severity medium. Asks for two things: that the format is structured (an environment variable such as
 * `LOG_FORMAT=json`, or a flag), and that something collects the pods' output. No evidence is a warning; plain text by
 * choice fails; debug logging in production is a warning. Source: R1 (log collection).
 */
export const structuredLogging = defineCheck({
  id: "structured-logging",
  title: "Logs are structured and collected",
  category: "observability",
  severity: "medium",
  scope: "stack",
  why: "During an incident, lines that cannot be queried or that died with their pod explain nothing.",
  remediation: "Set LOG_FORMAT=json on the containers, and run a log agent on every node (or the cloud's own).",
  link: "https://kubernetes.io/docs/concepts/cluster-administration/logging/",
  subjects: longRunning,
  judge: (workload, { view }) => {
    if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's spec");
    if (isDataStore(workload)) return notApplicable("a data store logs in a format of its own");
    const format = formatOf(workload, view);
    if (isUnknown(format)) return unknownUntilDeployment("the log format");
    if (format !== undefined && !STRUCTURED.test(format)) return fail(`logs are ${format}, not structured`);
    const collector = logCollectorOf(workload.resource.cluster, view);
    if (format === undefined) return warning("no evidence that its logs are structured (LOG_FORMAT=json)");
    if (collector === undefined) return warning(`logs are ${format}; no evidence that anything collects them`);
    const level = variable(workload, view, /^LOG(GING)?_LEVEL$/)?.[1];
    if (typeof level === "string" && /^(debug|trace)$/i.test(level) && view.environment === "production") {
      return warning(`logs at level ${level} in production`);
    }
    return pass(`logs are ${format}, collected by ${collector}`);
  },
});

function formatOf(workload: Workload, view: PlatformView): string | Unknown | undefined {
  const flags = argumentsOf(workload).flatMap((argument) => FORMAT_FLAG.exec(argument)?.[1] ?? []);
  return variable(workload, view, FORMAT)?.[1] ?? flags[0];
}
