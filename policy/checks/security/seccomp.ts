import { defineCheck } from "../../engine/check.js";
import { at, isUnknown, UNKNOWN, shown } from "../../model/values.js";
import { eachContainer, securityContext } from "../support/containers.js";
import { changePodSpec } from "../support/remedies.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity medium. Without a profile every system call of the kernel is reachable. Source: Pod Security Standards,
 * restricted profile.
 */
export const seccomp = defineCheck({
  id: "seccomp",
  title: "A seccomp profile is in force",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "Most container escapes need a system call that the runtime's default profile blocks.",
  remediation: "Set securityContext.seccompProfile.type: RuntimeDefault on the pod.",
  link: "https://kubernetes.io/docs/tutorials/security/seccomp/",
  subjects: workloads,
  judge: eachContainer({
    passed: "every container has a seccomp profile",
    problem: (container, workload) => {
      const profile = securityContext(container, workload, "seccompProfile");
      const type = at(profile, "type");
      if (isUnknown(profile) || isUnknown(type)) return UNKNOWN;
      if (type === "RuntimeDefault" || type === "Localhost") return undefined;
      return type === undefined ? "has no seccomp profile" : `has the seccomp profile ${shown(type)}`;
    },
  }),
  remediate: changePodSpec((spec) => {
    const context = (spec.securityContext ?? {}) as Record<string, unknown>;
    if (context.seccompProfile !== undefined) return undefined;
    return { ...spec, securityContext: { ...context, seccompProfile: { type: "RuntimeDefault" } } };
  }),
});
