import { parseQuantity } from "../../../common/quantity.js";
import { defineCheck } from "../../engine/check.js";
import { isUnknown, UNKNOWN } from "../../model/values.js";
import type { Container, Workload } from "../../model/workload.js";
import { eachContainer, hasResources, resourceOf, type Problem } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity high. One container without limits can starve its node, and every other pod on it. Init containers count:
 * they run on the same node. Limits of the whole pod count for its containers. Source: R1 (resource limits),
 * Kubernetes documentation on resource management and on pod-level resources.
 */
export const resourceLimits = defineCheck({
  id: "resource-limits",
  title: "Every container has CPU and memory limits",
  category: "infrastructure",
  severity: "high",
  scope: "resource",
  why: "A container without limits can take the whole node and bring down its neighbours.",
  remediation: "Set resources.limits.cpu and resources.limits.memory on every container, init containers included.",
  link: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  subjects: workloads,
  judge: eachContainer({
    passed: "CPU and memory are limited on every container",
    only: hasResources,
    problem: limitsProblem,
  }),
});

function limitsProblem(container: Container, workload: Workload): Problem {
  const wrong: string[] = [];
  let unknown = false;
  for (const resource of ["cpu", "memory"]) {
    const value = resourceOf(container, workload, "limits", resource);
    if (isUnknown(value)) unknown = true;
    else if (value === undefined) wrong.push(`no ${resource} limit`);
    else if (!isPositive(value)) wrong.push(`an unusable ${resource} limit`);
  }
  if (wrong.length > 0) return `has ${wrong.join(" and ")}`;
  return unknown ? UNKNOWN : undefined;
}

function isPositive(value: unknown): boolean {
  const amount = typeof value === "number" ? value : typeof value === "string" ? parseQuantity(value) : undefined;
  return amount !== undefined && amount > 0;
}
