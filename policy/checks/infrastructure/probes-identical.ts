import { defineCheck } from "../../engine/check.js";
import { at, fingerprint, holdsUnknown, isPlain, number, UNKNOWN } from "../../model/values.js";
import { eachContainer, isApplication } from "../support/containers.js";
import { longRunning } from "../support/subjects.js";

/**
 * Severity medium. Where liveness asks the same question as readiness, a pod that is only overloaded or waits for a
 * dependency is killed instead of being taken out of service. The same question is fine where liveness is more patient:
 * the pod leaves service first. Source: Kubernetes documentation on probes ("the same low-cost HTTP endpoint … but with
 * a higher failureThreshold").
 */
export const probesIdentical = defineCheck({
  id: "probes-identical",
  title: "Liveness and readiness ask different questions",
  category: "infrastructure",
  severity: "medium",
  scope: "resource",
  why: "Identical probes turn a slow dependency into restarts of every replica at once.",
  remediation: "Let the liveness probe ask for the process only (/health) and readiness for its dependencies (/ready).",
  link: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  subjects: longRunning,
  judge: eachContainer({
    passed: "liveness and readiness differ",
    only: (container) =>
      isApplication(container) &&
      [at(container.spec, "livenessProbe"), at(container.spec, "readinessProbe")].every(isPlain),
    problem: ({ spec }) => {
      if (holdsUnknown(spec.livenessProbe) || holdsUnknown(spec.readinessProbe)) return UNKNOWN;
      if (handler(spec.livenessProbe) !== handler(spec.readinessProbe)) return undefined;
      return patience(spec.livenessProbe) > patience(spec.readinessProbe)
        ? undefined
        : "asks the same of liveness and readiness, as impatiently";
    },
  }),
});

function handler(probe: unknown): string {
  return fingerprint(["httpGet", "tcpSocket", "exec", "grpc"].map((kind) => at(probe, kind)));
}

/** Seconds of failure before the kubelet acts. */
function patience(probe: unknown): number {
  return (number(at(probe, "periodSeconds")) ?? 10) * (number(at(probe, "failureThreshold")) ?? 3);
}
