import { defineCheck, type Context } from "../../engine/check.js";
import { notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import type { Resource } from "../../model/resource.js";
import { at, isUnknown, records, text } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity low. The token of the service account is only for what talks to the API server: a workload whose account is
 * bound to a role of the input may mount it. Source: Kubernetes documentation on service accounts.
 */
export const tokenAutomount = defineCheck({
  id: "token-automount",
  title: "API tokens are mounted only where they are used",
  category: "security",
  severity: "low",
  scope: "stack",
  why: "A stolen token is a first foothold in the API server.",
  remediation: "Set automountServiceAccountToken: false on the pod or its service account.",
  link: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
  subjects: workloads,
  judge: (workload, context) => {
    const account = accountOf(workload, context);
    const value =
      at(workload.podSpec, "automountServiceAccountToken") ?? at(account?.body, "automountServiceAccountToken");
    if (isUnknown(value) || isUnknown(workload.podSpec)) return unknownUntilDeployment("automountServiceAccountToken");
    if (value === false) return pass("mounts no token");
    return isBound(workload, context)
      ? notApplicable("its service account is bound to a role: it uses the token")
      : warning("mounts a token that no role of the input gives a use");
  },
});

function accountOf({ resource, podSpec }: Workload, { view }: Context): Resource | undefined {
  const name = text(at(podSpec, "serviceAccountName")) ?? "default";
  return view.find({ cluster: resource.cluster, kind: "ServiceAccount", namespace: resource.namespace, name });
}

function isBound({ resource, podSpec }: Workload, { view }: Context): boolean {
  const bound = view.once(
    "bound service accounts",
    () => new Set(view.ofKind("RoleBinding", "ClusterRoleBinding").flatMap(accountsOf)),
  );
  const name = text(at(podSpec, "serviceAccountName")) ?? "default";
  return bound.has([resource.cluster, resource.namespace, name].join("\n"));
}

function accountsOf(binding: Resource): string[] {
  return records(binding.body.subjects)
    .filter((subject) => subject.kind === "ServiceAccount")
    .map((subject) =>
      [binding.cluster, text(subject.namespace) ?? binding.namespace, text(subject.name) ?? ""].join("\n"),
    );
}
