import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { holdsUnknown, list, texts } from "../../model/values.js";
import { allows, isBuiltIn, rulesOf } from "../support/roles.js";
import { ofKind } from "../support/subjects.js";

/**
 * Severity high. The verbs `escalate`, `bind` and `impersonate`, running commands in pods, minting tokens and talking to
 * kubelets are each a way to more than the role says; for objects that the rule names (`resourceNames`) the last three are
 * what a controller is for. Source: Kubernetes RBAC good practices, privilege escalation.
 */
export const rbacEscalation = defineCheck({
  id: "rbac-escalation",
  title: "No role is a way to more privileges",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "With one of these rights a role can give itself every other.",
  remediation: "Remove escalate, bind, impersonate, pods/exec, pods/attach, serviceaccounts/token and nodes/proxy.",
  link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
  subjects: ofKind("Role", "ClusterRole"),
  judge: (role) => {
    if (isBuiltIn(role)) return notApplicable("the cluster's own");
    if (holdsUnknown(role.body.rules)) return unknownUntilDeployment("rules");
    const ways = new Set<string>();
    for (const rule of rulesOf(role)) {
      for (const verb of ["escalate", "bind", "impersonate"]) if (texts(rule.verbs).includes(verb)) ways.add(verb);
      for (const resource of ["pods/exec", "pods/attach", "serviceaccounts/token"]) {
        const named = list(rule.resourceNames).length > 0;
        if (!named && texts(rule.resources).includes(resource) && allows(rule, ["create", "get"], [resource]))
          ways.add(resource);
      }
      if (texts(rule.resources).includes("nodes/proxy")) ways.add("nodes/proxy");
    }
    return ways.size > 0 ? fail(`allows ${[...ways].join(", ")}`) : pass("no way to more privileges");
  },
});
