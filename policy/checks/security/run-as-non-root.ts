import { defineCheck } from "../../engine/check.js";
import { isUnknown, UNKNOWN } from "../../model/values.js";
import { eachContainer, securityContext } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity high. The container's security context wins over the pod's; a user id above 0 counts as well as
 * `runAsNonRoot`. Root's group counts as root: its files are writable. Init containers count. Source: Pod Security Standards, restricted profile.
 */
export const runAsNonRoot = defineCheck({
  id: "run-as-non-root",
  title: "Containers do not run as root",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "Root in a container is root on the node after one kernel or runtime flaw.",
  remediation: "Set securityContext.runAsNonRoot: true, and a runAsUser above 0, on the pod or on every container.",
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  subjects: workloads,
  judge: eachContainer({
    passed: "no container runs as root",
    problem: (container, workload) => {
      const user = securityContext(container, workload, "runAsUser");
      const nonRoot = securityContext(container, workload, "runAsNonRoot");
      if (user === 0) return "runs as user 0";
      if (securityContext(container, workload, "runAsGroup") === 0) return "runs in root's group";
      if (nonRoot === true || (typeof user === "number" && user > 0)) return undefined;
      if (isUnknown(user) || isUnknown(nonRoot)) return UNKNOWN;
      return nonRoot === false ? "sets runAsNonRoot: false" : "may run as root";
    },
  }),
});
