import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Binding extends KubeObject {
  roleRef: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/** One line a right: `create,get configmaps of "" named x`. */
function lineOf({ verbs, apiGroups = [], resources = [], resourceNames = [] }: Rule): string {
  const named = resourceNames.length === 0 ? "" : ` named ${[...resourceNames].sort().join()}`;
  return `${[...verbs].sort().join()} ${[...resources].sort().join()} of "${[...apiGroups].sort().join()}"${named}`;
}

/** What everybody may who has a name: ask about themselves. */
const isCommon = ({ apiGroups = [] }: Rule): boolean =>
  apiGroups.every((group) => ["authorization.k8s.io", "authentication.k8s.io"].includes(group));

/** What the API server says a service account may do in its own namespace, asked in its name. */
export async function rightsOf(api: KubeApi, { metadata }: KubeObject): Promise<string[]> {
  const { namespace = "default", name } = metadata;
  const account = api.as(`system:serviceaccount:${namespace}:${name}`, [`system:serviceaccounts:${namespace}`]);
  const { status } = await account.must<{ status: { resourceRules: Rule[]; incomplete: boolean } }>(
    "POST",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    { body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } } },
  );
  account.close();
  return status.resourceRules
    .filter((rule) => !isCommon(rule))
    .map(lineOf)
    .sort();
}

/** What the rendered Roles and bindings give a service account in its own namespace. */
export function grantedTo({ metadata }: KubeObject, objects: readonly KubeObject[]): string[] {
  const { namespace, name } = metadata;
  const bindings = objects.filter(
    (object): object is Binding =>
      (object.kind === "ClusterRoleBinding" ||
        (object.kind === "RoleBinding" && object.metadata.namespace === namespace)) &&
      ((object as Binding).subjects ?? []).some((of) => of.name === name && of.namespace === namespace),
  );
  const rules = bindings.flatMap(({ roleRef }) => {
    const role = objects.find(
      (object) =>
        object.kind === roleRef.kind &&
        object.metadata.name === roleRef.name &&
        (roleRef.kind === "ClusterRole" || object.metadata.namespace === namespace),
    );
    return (role?.rules ?? []) as Rule[];
  });
  return rules.map(lineOf).sort();
}
