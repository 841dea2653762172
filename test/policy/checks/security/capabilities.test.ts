import { capabilities } from "../../../../policy/checks/security/capabilities.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(capabilities, {
  pass: { "all are dropped": [deployment()], "a Job as well": [job()] },
  violation: {
    "does not drop ALL": [without(deployment(), "spec.template.spec.containers.0.securityContext.capabilities")],
    "adds SYS_ADMIN": [
      having(deployment(), "spec.template.spec.containers.0.securityContext.capabilities.add", ["SYS_ADMIN"]),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.capabilities.drop", UNKNOWN)],
});
