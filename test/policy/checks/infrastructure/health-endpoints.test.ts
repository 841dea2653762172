import { healthEndpoints } from "../../../../policy/checks/infrastructure/health-endpoints.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(healthEndpoints, {
  pass: {
    "both probes on health endpoints": [deployment()],
    "the exact paths that are asked for": {
      inputs: [deployment()],
      settings: { parameters: { paths: ["Job/*=/a,/b", "Deployment/*/web=/health,/ready"] } },
    },
    "a sidecar and an init container without probes": [
      having(deployment(), "spec.template.spec.initContainers", [
        { name: "wait", image: "busybox:1.36" },
        { name: "proxy", image: "proxy:1", restartPolicy: "Always" },
      ]),
    ],
  },
  violation: {
    "no livenessProbe": [without(deployment(), "spec.template.spec.containers.0.livenessProbe")],
    "no readinessProbe": [without(deployment(), "spec.template.spec.containers.0.readinessProbe")],
    "asks /login, which is no health endpoint": [
      having(deployment(), "spec.template.spec.containers.0.livenessProbe.httpGet.path", "/login"),
    ],
    "asks /ready, not /readyz": {
      inputs: [deployment()],
      settings: { parameters: { paths: ["*=/health,/readyz"] } },
    },
  },
  // Nothing routes requests to a Job: probes would only kill it.
  wrongKind: [job(), service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.livenessProbe", UNKNOWN)],
});
