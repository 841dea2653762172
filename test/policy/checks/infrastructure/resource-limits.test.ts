import { resourceLimits } from "../../../../policy/checks/infrastructure/resource-limits.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(resourceLimits, {
  pass: {
    "CPU and memory are limited": [deployment()],
    "a Job as well": [job()],
    "limits of the whole pod": [
      having(without(deployment(), "spec.template.spec.containers.0.resources"), "spec.template.spec.resources", {
        limits: { cpu: "1", memory: "1Gi" },
      }),
    ],
    "an ephemeral container, which may have none": [
      having(deployment(), "spec.template.spec.ephemeralContainers", [{ name: "debug", image: "busybox:1.36" }]),
    ],
  },
  violation: {
    "no cpu limit": [without(deployment(), "spec.template.spec.containers.0.resources.limits.cpu")],
    "no memory limit": [without(deployment(), "spec.template.spec.containers.0.resources.limits.memory")],
    "unusable memory limit": [having(deployment(), "spec.template.spec.containers.0.resources.limits.memory", "0")],
    "container wait has no cpu limit": [
      having(deployment(), "spec.template.spec.initContainers", [{ name: "wait", image: "busybox:1.36" }]),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.resources", UNKNOWN)],
});
