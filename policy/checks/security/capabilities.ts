import { defineCheck } from "../../engine/check.js";
import { at, holdsUnknown, texts, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

const ALLOWED = new Set(["NET_BIND_SERVICE"]);

/**
 * Severity medium. All capabilities dropped, nothing but NET_BIND_SERVICE added back. Source: Pod Security Standards,
 * restricted profile.
 */
export const capabilities = defineCheck({
  id: "capabilities",
  title: "Linux capabilities are dropped",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "The runtime's default set still allows raw sockets, changed owners and more than a service needs.",
  remediation: "Set securityContext.capabilities.drop: [ALL] on every container.",
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  subjects: workloads,
  judge: eachContainer({
    passed: "all capabilities are dropped",
    problem: ({ spec }) => {
      const value = at(spec, "securityContext", "capabilities");
      if (holdsUnknown(value, 3)) return UNKNOWN;
      const added = texts(at(value, "add")).filter((name) => !ALLOWED.has(name.replace(/^CAP_/, "")));
      if (added.length > 0) return `adds ${added.join(", ")}`;
      return texts(at(value, "drop")).some((name) => name.toUpperCase() === "ALL") ? undefined : "does not drop ALL";
    },
  }),
});
