import { hostNamespaces } from "../../../../policy/checks/security/host-namespaces.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(hostNamespaces, {
  pass: { "none is used": [deployment()], "a Job as well": [job()] },
  violation: {
    "sets hostNetwork": [having(deployment(), "spec.template.spec.hostNetwork", true)],
    "sets hostPID": [having(deployment(), "spec.template.spec.hostPID", true)],
    "sets hostIPC": [having(deployment(), "spec.template.spec.hostIPC", true)],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.hostPID", UNKNOWN)],
});
