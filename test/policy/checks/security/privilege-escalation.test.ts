import { privilegeEscalation } from "../../../../policy/checks/security/privilege-escalation.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(privilegeEscalation, {
  pass: { "it is denied": [deployment()], "a Job as well": [job()] },
  violation: {
    "allows privilege escalation": [
      without(deployment(), "spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation"),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation", UNKNOWN)],
});
