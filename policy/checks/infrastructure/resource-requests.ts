import { defineCheck } from "../../engine/check.js";
import { at, isUnknown, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
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
    problem: ({ spec }) => {
      const values = ["cpu", "memory"].map((name) => requested(spec, name));
      if (values.every((value) => value === undefined)) return "requests neither CPU nor memory";
      return values.every(isUnknown) ? UNKNOWN : undefined;
    },
  }),
});

/** What a container requests of a resource: its request, else its limit. */
export function requested(spec: unknown, name: string): unknown {
  return at(spec, "resources", "requests", name) ?? at(spec, "resources", "limits", name) ?? undefined;
}
