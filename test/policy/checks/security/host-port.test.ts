import { hostPort } from "../../../../policy/checks/security/host-port.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(hostPort, {
  pass: { "none is taken": [deployment()], "a Job as well": [job()] },
  violation: {
    "takes port 80 of the node": [having(deployment(), "spec.template.spec.containers.0.ports.0.hostPort", 80)],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.ports", UNKNOWN)],
});
