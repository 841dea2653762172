import { agreedValues } from "../../../../policy/checks/infrastructure/agreed-values.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { cloud, describeCheck } from "../../support/check.js";
import { deployment, having, service } from "../../support/objects.js";

const API = "spec.template.spec.containers[web]";
const agreed = (...values: string[]) => ({ parameters: { values } });

describeCheck(agreedValues, {
  pass: {
    "every operator": {
      inputs: [deployment()],
      settings: agreed(
        `Deployment/*/web | ${API}.ports[http].containerPort=8080`,
        `Deployment/*/web | ${API}.resources.limits.memory>=128Mi`,
        "Deployment/*/web | spec.replicas <= 3",
        `Deployment/*/web | ${API}.image~web:1`,
        `Deployment/*/web | ${API}.livenessProbe`,
      ),
    },
    "a resource of a cloud": {
      inputs: [cloud("aws:route53/record:Record", "public", { ttl: 60 })],
      settings: agreed("aws:route53/record:Record pub* | ttl=60"),
    },
  },
  violation: {
    "containerPort is 8080, agreed = 9090": {
      inputs: [deployment()],
      settings: agreed(`Deployment/*/web | ${API}.ports[http].containerPort=9090`),
    },
    "spec.replicas is 3, agreed >= 4": {
      inputs: [deployment()],
      settings: agreed("Deployment/*/web | spec.replicas>=4"),
    },
    "spec.paused is not there": { inputs: [deployment()], settings: agreed("Deployment/*/web | spec.paused") },
    "not part of the input: Service/*/api": {
      inputs: [having(deployment(), "metadata.annotations", {}), service()],
      settings: agreed("Service/*/api | spec.type=ClusterIP", "Deployment/*/web | spec.replicas>=4"),
    },
  },
  wrongKind: [deployment(), service()],
  unknown: {
    inputs: [having(deployment(), "spec.replicas", UNKNOWN)],
    settings: agreed("Deployment/*/web | spec.replicas=3"),
  },
});
