import { privileged } from "../../../../policy/checks/security/privileged.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(privileged, {
  pass: { "nothing is privileged": [deployment()], "a Job as well": [job()] },
  violation: {
    "is privileged": [having(deployment(), "spec.template.spec.containers.0.securityContext.privileged", true)],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.privileged", UNKNOWN)],
});
