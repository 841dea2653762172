import { gracefulShutdown } from "../../../../policy/checks/infrastructure/graceful-shutdown.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(gracefulShutdown, {
  pass: { "a preStop hook": [deployment(), service()] },
  violation: {
    "no container has a preStop hook": [without(deployment(), "spec.template.spec.containers.0.lifecycle"), service()],
    "kills the pod in the middle": [
      having(deployment(), "spec.template.spec.terminationGracePeriodSeconds", 0),
      service(),
    ],
  },
  wrongKind: [deployment(), job()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.lifecycle", UNKNOWN), service()],
});
