import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { at, isUnknown, UNKNOWN, type Unknown } from "../../model/values.js";
import { CONTAINER_FIELDS, type Container, type Workload } from "../../model/workload.js";

/** What is wrong with one container: a sentence, `UNKNOWN` where a value is missing until deployment, or nothing. */
export type Problem = string | Unknown | undefined;

export interface EachContainer {
  /** Said when nothing is wrong. */
  readonly passed: string;
  /** Which containers are asked; default all. */
  readonly only?: (container: Container) => boolean;
  /** Whether a problem is a failure (default) or a warning. */
  readonly as?: "fail" | "warning";
  readonly problem: (container: Container, workload: Workload) => Problem;
}

/** Asks every container of a workload and joins the answers: the worst one decides. */
export function eachContainer(rule: EachContainer): (workload: Workload) => Verdict {
  return (workload) => {
    if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's spec");
    for (const field of CONTAINER_FIELDS) {
      if (isUnknown(at(workload.podSpec, field))) return unknownUntilDeployment(field);
    }
    const asked = workload.containers.filter((container) => rule.only?.(container) ?? true);
    if (asked.length === 0) return notApplicable("declares no container that the rule is about");
    const problems: string[] = [];
    const unknown: string[] = [];
    for (const container of asked) {
      const problem = rule.problem(container, workload);
      if (problem === UNKNOWN) unknown.push(container.path);
      else if (problem !== undefined) problems.push(`container ${container.name} ${problem}`);
    }
    if (problems.length > 0) return (rule.as === "warning" ? warning : fail)(problems.join("; "));
    if (unknown.length > 0) return unknownUntilDeployment(`a value of ${unknown.join(", ")}`);
    return pass(rule.passed);
  };
}

export const isApplication = (container: Container): boolean => container.role === "application";

/** Containers that may have requests and limits: the API server refuses them on ephemeral ones. */
export const hasResources = (container: Container): boolean => container.role !== "ephemeral";

/**
 * The request or limit that bounds a container: its own, else the one that all containers of the pod share
 * (`spec.resources`, pod-level resources).
 */
export function resourceOf({ spec }: Container, { podSpec }: Workload, ...path: readonly [string, string]): unknown {
  return at(spec, "resources", ...path) ?? at(podSpec, "resources", ...path) ?? undefined;
}

/** A field of the container's security context, else of the pod's. */
export function securityContext(container: Container, workload: Workload, field: string): unknown {
  return at(container.spec, "securityContext", field) ?? at(workload.podSpec, "securityContext", field);
}
