import { probesIdentical } from "../../../../policy/checks/infrastructure/probes-identical.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, without } from "../../support/objects.js";

const CONTAINER = "spec.template.spec.containers.0";

describeCheck(probesIdentical, {
  pass: {
    "different paths": [deployment()],
    "one path, and liveness the more patient": [
      having(
        having(deployment(), `${CONTAINER}.readinessProbe.httpGet.path`, "/health"),
        `${CONTAINER}.livenessProbe.failureThreshold`,
        6,
      ),
    ],
  },
  violation: {
    "asks the same of liveness and readiness": [
      having(deployment(), "spec.template.spec.containers.0.readinessProbe.httpGet.path", "/health"),
    ],
  },
  wrongKind: [job(), without(deployment(), "spec.template.spec.containers.0.livenessProbe")],
  unknown: [having(deployment(), "spec.template.spec.containers.0.livenessProbe.httpGet.path", UNKNOWN)],
});
