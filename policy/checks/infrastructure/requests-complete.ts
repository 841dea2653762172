import { defineCheck } from "../../engine/check.js";
import { isUnknown, UNKNOWN } from "../../model/values.js";
import { eachContainer, hasResources, resourceOf } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity medium. Both CPU and memory are requested by name: an autoscaler's utilisation is a share of the request, and
 * a request that is only inferred from a limit reserves the limit. Source: R2 (requests 500m and 512Mi), R4.
 */
export const requestsComplete = defineCheck({
  id: "requests-complete",
  title: "CPU and memory are both requested",
  category: "infrastructure",
  severity: "medium",
  scope: "resource",
  why: "An autoscaler on CPU cannot compute a share of a request that is not there.",
  remediation: "Name both resources.requests.cpu and resources.requests.memory.",
  link: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work",
  subjects: workloads,
  judge: eachContainer({
    passed: "both are requested by every container",
    as: "warning",
    only: hasResources,
    problem: (container, workload) => {
      const values = ["cpu", "memory"].map(
        (name) => [name, resourceOf(container, workload, "requests", name)] as const,
      );
      const missing = values.filter(([, value]) => value === undefined).map(([name]) => name);
      if (missing.length > 0) return `does not request ${missing.join(" and ")}`;
      return values.some(([, value]) => isUnknown(value)) ? UNKNOWN : undefined;
    },
  }),
});
