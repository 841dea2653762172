import { hpaStaticReplicas } from "../../../../policy/checks/infrastructure/hpa-static-replicas.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, without } from "../../support/objects.js";

const scaler = object("HorizontalPodAutoscaler", {
  maxReplicas: 9,
  scaleTargetRef: { kind: "Deployment", name: "web" },
});

describeCheck(hpaStaticReplicas, {
  pass: { "replicas are left out": [without(deployment(), "spec.replicas"), scaler] },
  violation: { "sets 3 replicas although": [deployment(), scaler] },
  wrongKind: [deployment(), job()],
  unknown: [having(deployment(), "spec.replicas", UNKNOWN), scaler],
});
