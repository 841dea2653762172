import { defineCheck } from "../../engine/check.js";
import { at, isUnknown, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/** Severity critical. A privileged container is the node. Source: Pod Security Standards, baseline profile. */
export const privileged = defineCheck({
  id: "privileged",
  title: "No container is privileged",
  category: "security",
  severity: "critical",
  scope: "resource",
  why: "A privileged container has every device and capability of its node.",
  remediation: "Remove securityContext.privileged; add the single capability that is really needed.",
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  subjects: workloads,
  judge: eachContainer({
    passed: "no container is privileged",
    problem: ({ spec }) => {
      const value = at(spec, "securityContext", "privileged");
      if (isUnknown(value)) return UNKNOWN;
      return value === true ? "is privileged" : undefined;
    },
  }),
});
