import type { Resource } from "../../model/resource.js";
import { append } from "../../model/collections.js";
import type { PlatformView } from "../../model/view.js";
import { at, records, text, texts, type Plain } from "../../model/values.js";

const OWN_PREFIXES = ["system:", "gce:", "gke:", "gke-", "eks:", "aks-", "aks:", "kubeadm:"];

/** Whether the cluster or its provider brings an object along: changing it is not the user's business. */
export function isBuiltIn(resource: Resource): boolean {
  return (
    OWN_PREFIXES.some((prefix) => resource.name.startsWith(prefix)) ||
    resource.labels["kubernetes.io/bootstrapping"] === "rbac-defaults"
  );
}

export function rulesOf(role: Resource): readonly Plain[] {
  return records(role.body.rules);
}

/** Bindings of the same cluster that refer to a role; a Role only from its own namespace. */
export function bindingsOfRole(role: Resource, view: PlatformView): readonly Resource[] {
  const index = view.once("bindings by role", () => {
    const map = new Map<string, Resource[]>();
    for (const binding of view.ofKind("RoleBinding", "ClusterRoleBinding")) {
      const kind = text(at(binding.body, "roleRef", "kind")) ?? "";
      const namespace = kind === "Role" ? binding.namespace : "";
      append(
        map,
        [binding.cluster, kind, namespace, text(at(binding.body, "roleRef", "name")) ?? ""].join("\n"),
        binding,
      );
    }
    return map;
  });
  return index.get([role.cluster, role.kind, role.namespace, role.name].join("\n")) ?? [];
}

/** Whether a rule allows one of these verbs on one of these resources. */
export function allows(rule: Plain, verbs: readonly string[], resources: readonly string[]): boolean {
  const [granted, on] = [texts(rule.verbs), texts(rule.resources)];
  return (
    (granted.includes("*") || verbs.some((verb) => granted.includes(verb))) &&
    (on.includes("*") || resources.some((resource) => on.includes(resource)))
  );
}
