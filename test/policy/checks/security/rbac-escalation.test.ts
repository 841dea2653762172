import { rbacEscalation } from "../../../../policy/checks/security/rbac-escalation.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";

const role = (...rules: object[]) => object("Role", undefined, { rules });
const clusterRole = (...rules: object[]) => object("ClusterRole", undefined, { rules });

describeCheck(rbacEscalation, {
  pass: {
    "plain rights": [role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })],
    "the token of a named account": [
      role({ apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["web"], verbs: ["create"] }),
    ],
  },
  violation: {
    "allows escalate": [role({ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["escalate"] })],
    "allows pods/exec": [role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] })],
    "allows impersonate": [clusterRole({ apiGroups: [""], resources: ["users"], verbs: ["impersonate"] })],
    "allows nodes/proxy": [clusterRole({ apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"] })],
  },
  wrongKind: [deployment()],
  unknown: [object("Role", undefined, { rules: UNKNOWN })],
});
