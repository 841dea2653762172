import { rbacSecrets } from "../../../../policy/checks/security/rbac-secrets.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";

const role = (...rules: object[]) => object("Role", undefined, { rules });
const clusterRole = (...rules: object[]) => object("ClusterRole", undefined, { rules });

describeCheck(rbacSecrets, {
  pass: {
    "other things": [role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })],
    "a named Secret": [role({ apiGroups: [""], resources: ["secrets"], resourceNames: ["web"], verbs: ["get"] })],
  },
  violation: {
    "every Secret of its namespace": [role({ apiGroups: [""], resources: ["secrets"], verbs: ["list"] })],
    "every Secret of the cluster": [clusterRole({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] })],
  },
  wrongKind: [deployment()],
  unknown: [object("Role", undefined, { rules: UNKNOWN })],
});
