import { seccomp } from "../../../../policy/checks/security/seccomp.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(seccomp, {
  pass: { "the runtime's profile": [deployment()], "a Job as well": [job()] },
  violation: {
    "has no seccomp profile": [without(deployment(), "spec.template.spec.securityContext.seccompProfile")],
    "has the seccomp profile Unconfined": [
      having(deployment(), "spec.template.spec.containers.0.securityContext.seccompProfile.type", "Unconfined"),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.seccompProfile", UNKNOWN)],
});
