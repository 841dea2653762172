import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { holdsUnknown, list } from "../../model/values.js";
import { allows, isBuiltIn, rulesOf } from "../support/roles.js";
import { ofKind } from "../support/subjects.js";

/**
 * Severity high. Reading every Secret of a namespace is a warning, of the cluster a failure; named ones
 * (`resourceNames`) pass. `list` and `watch` hand out the contents as `get` does. Source: Kubernetes RBAC good practices.
 */
export const rbacSecrets = defineCheck({
  id: "rbac-secrets",
  title: "Roles read only the Secrets that they name",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "Who reads every Secret has the credentials of every other workload.",
  remediation: "Limit the rule with resourceNames, or mount the Secret instead of reading it through the API.",
  link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
  subjects: ofKind("Role", "ClusterRole"),
  judge: (role) => {
    if (isBuiltIn(role)) return notApplicable("the cluster's own");
    if (holdsUnknown(role.body.rules)) return unknownUntilDeployment("rules");
    const reading = rulesOf(role).some(
      (rule) => allows(rule, ["get", "list", "watch"], ["secrets"]) && list(rule.resourceNames).length === 0,
    );
    if (!reading) return pass("reads no Secrets but named ones");
    return role.kind === "ClusterRole"
      ? fail("reads every Secret of the cluster")
      : warning("reads every Secret of its namespace");
  },
});
