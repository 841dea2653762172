import { defineCheck } from "../../engine/check.js";
import { at, isUnknown, records, UNKNOWN, shown } from "../../model/values.js";
import type { Container } from "../../model/workload.js";
import { eachContainer, isApplication, type Problem } from "../support/containers.js";
import { longRunning } from "../support/subjects.js";

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const HANDLERS = ["httpGet", "tcpSocket", "grpc"];

/**
 * Severity high. A probe of a named port that the container does not declare never succeeds; a number that is not
 * declared is usually a typing error, and is asked only of containers that declare ports at all. Source: Kubernetes
 * API reference, Probe.
 */
export const probePort = defineCheck({
  id: "probe-port",
  title: "Probes ask ports that the container exposes",
  category: "infrastructure",
  severity: "high",
  scope: "resource",
  why: "A probe on a port that nobody serves restarts the pod for ever or keeps it out of service.",
  remediation: "Probe one of the container's declared ports.",
  link: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  subjects: longRunning,
  judge: eachContainer({
    passed: "every probe asks a declared port",
    only: (container) => isApplication(container) && PROBES.some((probe) => container.spec[probe] !== undefined),
    problem: undeclaredPort,
  }),
});

function undeclaredPort({ spec }: Container): Problem {
  const declared = records(spec.ports);
  for (const probe of PROBES) {
    for (const handler of HANDLERS) {
      const port = at(spec, probe, handler, "port");
      if (isUnknown(port)) return UNKNOWN;
      if (port === undefined || port === null) continue;
      const known = declared.some((entry) => entry.containerPort === port || entry.name === port);
      if (!known && (declared.length > 0 || typeof port === "string")) {
        return `probes port ${shown(port)} (${probe}), which it does not declare`;
      }
    }
  }
  return undefined;
}
