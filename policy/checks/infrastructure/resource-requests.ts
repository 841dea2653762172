import { defineCheck } from "../../engine/check.js";
import { isUnknown, UNKNOWN } from "../../model/values.js";
import { eachContainer, hasResources, resourceOf } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity medium. The scheduler places pods by their requests: a container that requests nothing is placed anywhere
 * and evicted first. A limit counts, since the API server takes it as the request. That both CPU and memory are
 * requested is another check (requests-complete). Source: Kubernetes documentation on resource management.
 */
export const resourceRequests = defineCheck({
  id: "resource-requests",
  title: "Every container requests resources",
  category: "infrastructure",
  severity: "medium",
  scope: "resource",
  why: "The scheduler works from requests; without them nodes fill up and these pods are evicted first.",
  remediation: "Set resources.requests.cpu and resources.requests.memory on every container.",
  link: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#requests-and-limits",
  subjects: workloads,
  judge: eachContainer({
    passed: "every container requests resources",
    only: hasResources,
    problem: (container, workload) => {
      const values = ["cpu", "memory"].map(
        (name) => resourceOf(container, workload, "requests", name) ?? resourceOf(container, workload, "limits", name),
      );
      if (values.every((value) => value === undefined)) return "requests neither CPU nor memory";
      return values.every(isUnknown) ? UNKNOWN : undefined;
    },
  }),
});
