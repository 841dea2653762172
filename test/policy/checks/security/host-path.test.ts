import { hostPath } from "../../../../policy/checks/security/host-path.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(hostPath, {
  pass: { "no volume": [deployment()], "a Job as well": [job()] },
  violation: {
    "mounts /var/run of the node": [
      having(deployment(), "spec.template.spec.volumes", [{ name: "run", hostPath: { path: "/var/run" } }]),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.volumes", UNKNOWN)],
});
