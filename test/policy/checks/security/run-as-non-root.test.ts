import { runAsNonRoot } from "../../../../policy/checks/security/run-as-non-root.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(runAsNonRoot, {
  pass: { "a user of its own": [deployment()], "a Job as well": [job()] },
  violation: {
    "may run as root": [without(deployment(), "spec.template.spec.securityContext")],
    "runs as user 0": [having(deployment(), "spec.template.spec.containers.0.securityContext.runAsUser", 0)],
    "in root's group": [having(deployment(), "spec.template.spec.securityContext.runAsGroup", 0)],
    "sets runAsNonRoot: false": [
      having(
        without(deployment(), "spec.template.spec.securityContext"),
        "spec.template.spec.containers.0.securityContext.runAsNonRoot",
        false,
      ),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.securityContext", { runAsNonRoot: UNKNOWN })],
});
