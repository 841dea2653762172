import { requestsComplete } from "../../../../policy/checks/infrastructure/requests-complete.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(requestsComplete, {
  pass: { "both are requested": [deployment()], "a Job as well": [job()] },
  violation: {
    "does not request cpu": [without(deployment(), "spec.template.spec.containers.0.resources.requests.cpu")],
    "does not request memory": [without(deployment(), "spec.template.spec.containers.0.resources.requests.memory")],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.resources.requests", UNKNOWN)],
});
