import { tokenAutomount } from "../../../../policy/checks/security/token-automount.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service, without } from "../../support/objects.js";

const account = object("ServiceAccount", undefined, { automountServiceAccountToken: false });
const binding = object("RoleBinding", undefined, {
  roleRef: { kind: "Role", name: "web" },
  subjects: [{ kind: "ServiceAccount", name: "web", namespace: "agents" }],
});

describeCheck(tokenAutomount, {
  pass: {
    "it is not mounted": [deployment()],
    "the account says so": [without(deployment(), "spec.template.spec.automountServiceAccountToken"), account],
  },
  violation: { "mounts a token": [without(deployment(), "spec.template.spec.automountServiceAccountToken")] },
  // Bound to a role, it has a use for the token.
  wrongKind: [service(), having(deployment(), "spec.template.spec.automountServiceAccountToken", true), binding],
  unknown: [having(deployment(), "spec.template.spec.automountServiceAccountToken", UNKNOWN)],
});
