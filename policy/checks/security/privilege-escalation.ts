import { defineCheck } from "../../engine/check.js";
import { at, isUnknown, texts, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { changeContainers } from "../support/remedies.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity high. Kubernetes' default is to allow it, so that silence fails; to a privileged container, and to one with
 * `SYS_ADMIN`, it is allowed whatever the field says. Source: Pod Security Standards, restricted profile; Kubernetes
 * API reference, SecurityContext.
 */
export const privilegeEscalation = defineCheck({
  id: "privilege-escalation",
  title: "Processes cannot gain privileges",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "A set-uid binary in the image gives an attacker root in the container.",
  remediation: "Set securityContext.allowPrivilegeEscalation: false on every container.",
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  subjects: workloads,
  judge: eachContainer({
    passed: "no container may gain privileges",
    problem: ({ spec }) => {
      const allowed = at(spec, "securityContext", "allowPrivilegeEscalation");
      if (isUnknown(allowed)) return UNKNOWN;
      if (allowed !== false) return "allows privilege escalation";
      if (at(spec, "securityContext", "privileged") === true) return "is privileged, which allows escalation anyway";
      const added = texts(at(spec, "securityContext", "capabilities", "add"));
      return added.some((name) => /^(CAP_)?SYS_ADMIN$/i.test(name))
        ? "has SYS_ADMIN, which allows escalation anyway"
        : undefined;
    },
  }),
  remediate: changeContainers((container) => {
    const context = { ...(at(container, "securityContext") as object | undefined) } as Record<string, unknown>;
    // A privileged container may not be denied it: the API server refuses the pair.
    if (context.privileged === true || context.allowPrivilegeEscalation !== undefined) return undefined;
    return { ...container, securityContext: { ...context, allowPrivilegeEscalation: false } };
  }),
});
