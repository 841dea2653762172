import { defineCheck, type Context } from "../../engine/check.js";
import { matchesPattern } from "../../engine/exemptions.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, holdsUnknown, isPlain, isUnknown, text, UNKNOWN } from "../../model/values.js";
import type { Container } from "../../model/workload.js";
import { eachContainer, isApplication, type Problem } from "../support/containers.js";
import { longRunning } from "../support/subjects.js";

const PROBES = ["livenessProbe", "readinessProbe"] as const;
/** The root of a site is as good a sign of life as any where it is all that is served. */
const LOOKS_LIKE_HEALTH = /^\/$|health|ready|readiness|live|alive|ping|status|startup|up$/i;

/**
 * Severity critical. Without a liveness probe a hung process stays in service; without a readiness probe traffic
 * reaches pods that cannot answer. Asked of every application container of what runs for long, never of Jobs, CronJobs
 * or init containers. A path that is no sign of health is a warning, another than the agreed one a failure. Source: R1
 * (health endpoints), Kubernetes documentation on probes.
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
    paths: {
      type: "array",
      default: [],
      description: "Agreed paths of single workloads, `resource id=liveness,readiness`; `*` for any run of characters.",
    },
  },
  subjects: longRunning,
  judge: (workload, context) => {
    const present = eachContainer({
      passed: "every container has a liveness and a readiness probe",
      only: isApplication,
      problem: missingProbes,
    })(workload);
    if (present.status !== "pass") return present;
    const wanted = agreedPaths(workload.id, context);
    const exact: string[] = [];
    const odd: string[] = [];
    for (const container of workload.containers.filter(isApplication)) {
      for (const probe of PROBES) {
        const path = at(container.spec, probe, "httpGet", "path");
        if (isUnknown(path)) return unknownUntilDeployment(`${container.path}.${probe}.httpGet.path`);
        if (!isPlain(at(container.spec, probe, "httpGet"))) continue;
        const shown = `${container.name}'s ${probe} asks ${text(path) ?? "/"}`;
        if (wanted && path !== wanted[probe]) exact.push(`${shown}, not ${wanted[probe]}`);
        else if (!LOOKS_LIKE_HEALTH.test(text(path) ?? "/")) odd.push(`${shown}, which is no health endpoint`);
      }
    }
    if (exact.length > 0) return fail(exact.join("; "));
    return odd.length > 0 ? warning(odd.join("; ")) : pass(present.message);
  },
});

type Paths = Readonly<Record<(typeof PROBES)[number], string>>;

function agreedPaths(id: string, context: Context): Paths | undefined {
  for (const entry of context.strings("paths")) {
    const split = entry.lastIndexOf("=");
    const [livenessProbe = "", readinessProbe = ""] = entry.slice(split + 1).split(",");
    if (matchesPattern(entry.slice(0, split), id)) return { livenessProbe, readinessProbe };
  }
  return undefined;
}

function missingProbes({ spec }: Container): Problem {
  const missing = PROBES.filter((probe) => !isUnknown(spec[probe]) && !isUsable(spec[probe]));
  if (missing.length > 0) return `has no ${missing.join(" and no ")}`;
  return PROBES.some((probe) => isUnknown(spec[probe])) ? UNKNOWN : undefined;
}

/** A probe without a handler is refused by the API server and probes nothing. */
function isUsable(probe: unknown): boolean {
  return holdsUnknown(probe, 1) || ["httpGet", "tcpSocket", "exec", "grpc"].some((kind) => isPlain(at(probe, kind)));
}
