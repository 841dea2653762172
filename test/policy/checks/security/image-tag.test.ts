import { imageTag } from "../../../../policy/checks/security/image-tag.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(imageTag, {
  pass: { "a version tag": [deployment()], "a Job as well": [job()] },
  violation: {
    "which has no tag": [
      having(deployment(), "spec.template.spec.containers.0.image", "registry.example.com:5000/web"),
    ],
    "uses web:latest": [having(deployment(), "spec.template.spec.containers.0.image", "web:latest")],
    "names no image": [without(deployment(), "spec.template.spec.containers.0.image")],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.image", UNKNOWN)],
});
