import { privilegeEscalation } from "../../../../policy/checks/security/privilege-escalation.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

const CONTEXT = "spec.template.spec.containers.0.securityContext";

describeCheck(privilegeEscalation, {
  pass: { "it is denied": [deployment()], "a Job as well": [job()] },
  violation: {
    "is privileged": [having(deployment(), `${CONTEXT}.privileged`, true)],
    "has SYS_ADMIN": [having(deployment(), `${CONTEXT}.capabilities`, { drop: ["ALL"], add: ["SYS_ADMIN"] })],
    "allows privilege escalation": [
      without(deployment(), "spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation"),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation", UNKNOWN)],
});
