import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, holdsUnknown, isPlain, isUnknown, text, UNKNOWN } from "../../model/values.js";
import type { Container } from "../../model/workload.js";
import { eachContainer, isApplication, type Problem } from "../support/containers.js";
import { longRunning } from "../support/subjects.js";

const PROBES = ["livenessProbe", "readinessProbe"] as const;
const LOOKS_LIKE_HEALTH = /health|ready|readiness|live|alive|ping|status|startup|up$/i;

/**
 * Severity critical. Without a liveness probe a hung process stays in service; without a readiness probe traffic
 * reaches pods that cannot answer. Asked of every application container of what runs for long, never of Jobs, CronJobs
 * or init containers. Source: R1 (health endpoints), Kubernetes documentation on probes.
 */
export const healthEndpoints = defineCheck({
  id: "health-endpoints",
  title: "Health endpoints are served and probed",
  category: "infrastructure",
  severity: "critical",
  scope: "resource",
  why: "A hung process keeps its traffic, and a starting one gets it too early, unless the pods probe their health.",
  remediation: "Give every container a livenessProbe on /health and a readinessProbe on /ready.",
  link: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
  parameters: {
    livenessPath: { type: "string", default: "", description: "Exact liveness path; empty: any health-like path." },
    readinessPath: { type: "string", default: "", description: "Exact readiness path; empty: any health-like path." },
  },
  subjects: longRunning,
  judge: (workload, context) => {
    const present = eachContainer({
      passed: "every container has a liveness and a readiness probe",
      only: isApplication,
      problem: missingProbes,
    })(workload);
    if (present.status !== "pass") return present;
    const wanted = { livenessProbe: context.string("livenessPath"), readinessProbe: context.string("readinessPath") };
    const exact: string[] = [];
    const odd: string[] = [];
    for (const container of workload.containers.filter(isApplication)) {
      for (const probe of PROBES) {
        const path = at(container.spec, probe, "httpGet", "path");
        if (isUnknown(path)) return unknownUntilDeployment(`${container.path}.${probe}.httpGet.path`);
        if (!isPlain(at(container.spec, probe, "httpGet"))) continue;
        const shown = `${container.name}'s ${probe} asks ${text(path) ?? "/"}`;
        if (wanted[probe] !== "" && path !== wanted[probe]) exact.push(`${shown}, not ${wanted[probe]}`);
        else if (!LOOKS_LIKE_HEALTH.test(text(path) ?? "/")) odd.push(`${shown}, which is no health endpoint`);
      }
    }
    if (exact.length > 0) return fail(exact.join("; "));
    return odd.length > 0 ? warning(odd.join("; ")) : pass(present.message);
  },
});

function missingProbes({ spec }: Container): Problem {
  const missing = PROBES.filter((probe) => !isUnknown(spec[probe]) && !isUsable(spec[probe]));
  if (missing.length > 0) return `has no ${missing.join(" and no ")}`;
  return PROBES.some((probe) => isUnknown(spec[probe])) ? UNKNOWN : undefined;
}

/** A probe without a handler is refused by the API server and probes nothing. */
function isUsable(probe: unknown): boolean {
  return holdsUnknown(probe, 1) || ["httpGet", "tcpSocket", "exec", "grpc"].some((kind) => isPlain(at(probe, kind)));
}
