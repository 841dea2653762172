import { privileged } from "../../../../policy/checks/security/privileged.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(privileged, {
  pass: { "nothing is privileged": [deployment()], "a Job as well": [job()] },
  violation: {
    "container debug": [
      having(deployment(), "spec.template.spec.ephemeralContainers", [
        { name: "debug", image: "busybox:1.36", securityContext: { privileged: true } },
      ]),
    ],
    "is privileged": [having(deployment(), "spec.template.spec.containers.0.securityContext.privileged", true)],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.privileged", UNKNOWN)],
});
