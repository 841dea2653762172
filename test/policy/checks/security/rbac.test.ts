import { rbac } from "../../../../policy/checks/security/rbac.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service, without } from "../../support/objects.js";

const role = (...rules: object[]) => object("Role", undefined, { rules });
const clusterRole = (...rules: object[]) => object("ClusterRole", undefined, { rules });
const account = () => having(object("ServiceAccount", undefined), "metadata.name", "default");
const binding = (name: string, subject: object) =>
  object("RoleBinding", undefined, { roleRef: { kind: "ClusterRole", name }, subjects: [subject] });
const people = binding("web", { kind: "User", name: "ada" });

describeCheck(rbac, {
  pass: {
    "an account of its own": [deployment()],
    "named rights": [role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })],
    "a default account without a token": [having(account(), "automountServiceAccountToken", false)],
    "a role of people, short of everything": [
      clusterRole({ apiGroups: [""], resources: ["*"], verbs: ["get"] }),
      people,
    ],
  },
  violation: {
    "default service account": [
      without(
        without(deployment(), "spec.template.spec.serviceAccountName"),
        "spec.template.spec.automountServiceAccountToken",
      ),
    ],
    "has no service account of its own": [without(deployment(), "spec.template.spec.serviceAccountName")],
    "a wildcard in verbs": [role({ apiGroups: [""], resources: ["pods"], verbs: ["*"] })],
    "a wildcard in resources": [role({ apiGroups: ["apps"], resources: ["*"], verbs: ["get"] })],
    "has a wildcard in resources": [role({ apiGroups: [""], resources: ["*/*"], verbs: ["get"] })],
    "a wildcard in apiGroups": [role({ apiGroups: ["*"], resources: ["pods"], verbs: ["get"] })],
    "binds cluster-admin": [binding("cluster-admin", { kind: "Group", name: "ops" })],
    "to a default service account": [
      binding("reader", { kind: "ServiceAccount", name: "default", namespace: "agents" }),
    ],
    "to system:unauthenticated": [binding("reader", { kind: "Group", name: "system:unauthenticated" })],
    "token is mounted": [account()],
    "amounts to cluster-admin": [clusterRole({ apiGroups: ["*"], resources: ["*"], verbs: ["create"] }), people],
  },
  wrongKind: [
    service(),
    having(clusterRole({ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }), "metadata.name", "system:node"),
  ],
  unknown: [having(deployment(), "spec.template.spec.serviceAccountName", UNKNOWN)],
});
