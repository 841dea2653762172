import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import type { Resource, Subject } from "../../model/resource.js";
import { at, holdsUnknown, isUnknown, records, text, texts, type Plain, shown } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { bindingsOfRole, isBuiltIn, rulesOf } from "../support/roles.js";

interface Holder extends Subject {
  readonly resource: Resource;
  readonly workload?: Workload;
}

/**
 * Severity critical. A workload has a service account of its own; roles name their verbs, resources and API groups;
 * nobody is bound to cluster-admin, and nothing to the default account, whose token is not mounted. A role that only
 * people are bound to fails where it amounts to cluster-admin. What the cluster brings along (`system:` names and the like) is left alone. Source: R1 (RBAC); CIS Kubernetes Benchmark 5.1.
 */
export const rbac = defineCheck<Holder>({
  id: "rbac",
  title: "Workloads have their own least-privilege identity",
  category: "security",
  severity: "critical",
  scope: "stack",
  why: "Whoever takes over a pod has everything that its account may do.",
  remediation: "Give the workload a ServiceAccount of its own, and a Role that names verbs, resources and API groups.",
  link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  subjects: (view) => [
    ...view.workloads.map((workload) => ({ ...workload, workload })),
    ...view
      .ofKind("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ServiceAccount")
      .map((resource) => ({ ...resource, resource })),
  ],
  judge: ({ resource, workload }, context) => {
    if (workload) return judgeWorkload(workload);
    if (isBuiltIn(resource)) return notApplicable("the cluster's own");
    switch (resource.kind) {
      case "ServiceAccount":
        return judgeAccount(resource);
      case "Role":
      case "ClusterRole":
        return judgeRole(resource, context);
      default:
        return judgeBinding(resource);
    }
  },
});

function judgeWorkload({ podSpec }: Workload): Verdict {
  const name = at(podSpec, "serviceAccountName") ?? at(podSpec, "serviceAccount");
  if (isUnknown(name)) return unknownUntilDeployment("serviceAccountName");
  if (name !== undefined && name !== "" && name !== "default") return pass(`runs as ${shown(name)}`);
  return at(podSpec, "automountServiceAccountToken") === false
    ? warning("has no service account of its own (it mounts no token)")
    : fail("runs as the namespace's default service account");
}

function judgeAccount(account: Resource): Verdict {
  if (account.name !== "default") return notApplicable("judged through its roles");
  const automount = account.body.automountServiceAccountToken;
  if (isUnknown(automount)) return unknownUntilDeployment("automountServiceAccountToken");
  return automount === false
    ? pass("the default account's token is not mounted")
    : fail("the default account's token is mounted into every pod that names no account");
}

function judgeRole(role: Resource, { view }: Context): Verdict {
  const bindings = bindingsOfRole(role, view);
  if (bindings.length > 0 && bindings.every(isBuiltIn))
    return notApplicable("bound only by the cluster's own bindings");
  if (holdsUnknown(role.body.rules)) return unknownUntilDeployment("rules");
  if (bindings.length > 0 && bindings.every(isForPeople)) {
    return rulesOf(role).some(isAdministration)
      ? fail("amounts to cluster-admin")
      : pass("a role of people, short of cluster-admin");
  }
  const wildcards = rulesOf(role).flatMap((rule) =>
    ["verbs", "resources", "apiGroups", "nonResourceURLs"].filter((field) =>
      texts(rule[field]).some((name) => name === "*" || name === "*/*"),
    ),
  );
  return wildcards.length > 0
    ? fail(`has a wildcard in ${[...new Set(wildcards)].join(", ")}`)
    : pass("names what it allows");
}

/** The rule is about workloads: people's roles are held to less. */
function isForPeople(binding: Resource): boolean {
  const subjects = records(binding.body.subjects);
  return subjects.length > 0 && subjects.every((subject) => subject.kind === "User" || subject.kind === "Group");
}

function isAdministration(rule: Plain): boolean {
  const everything = [rule.apiGroups, rule.resources].every((field) => texts(field).includes("*"));
  return everything && texts(rule.verbs).some((verb) => WRITING.has(verb));
}

const WRITING = new Set(["*", "create", "update", "patch", "delete"]);

function judgeBinding(binding: Resource): Verdict {
  const role = at(binding.body, "roleRef", "name");
  const subjects = records(binding.body.subjects);
  if (isUnknown(role) || holdsUnknown(binding.body.subjects)) return unknownUntilDeployment("roleRef or subjects");
  if (role === "cluster-admin") return fail("binds cluster-admin");
  const defaults = subjects.filter((entry) => entry.kind === "ServiceAccount" && entry.name === "default");
  if (defaults.length > 0) return fail(`binds ${shown(role)} to a default service account`);
  const everybody = subjects.flatMap((entry) => text(entry.name) ?? []).filter((name) => EVERYBODY.has(name));
  return everybody.length > 0 ? fail(`binds ${shown(role)} to ${everybody.join(", ")}`) : pass("binds named subjects");
}

const EVERYBODY = new Set([
  "system:anonymous",
  "system:unauthenticated",
  "system:authenticated",
  "system:serviceaccounts",
]);
