import { readonlyRootfs } from "../../../../policy/checks/security/readonly-rootfs.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(readonlyRootfs, {
  pass: { "it is read-only": [deployment()], "a Job as well": [job()] },
  violation: {
    "has a writable root file system": [
      without(deployment(), "spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem"),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem", UNKNOWN)],
});
