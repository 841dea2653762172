import { resourceRequests } from "../../../../policy/checks/infrastructure/resource-requests.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(resourceRequests, {
  pass: { "requests are made": [deployment()], "a Job as well": [job()] },
  violation: {
    "requests neither CPU nor memory": [without(deployment(), "spec.template.spec.containers.0.resources")],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.resources", UNKNOWN)],
});
