import { autoscaledPdb } from "../../../../policy/checks/reliability/autoscaled-pdb.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object, service } from "../../support/objects.js";

const budget = (spec: object) => object("PodDisruptionBudget", { selector: { matchLabels: { app: "web" } }, ...spec });
const scaler = (minReplicas: unknown) =>
  object("HorizontalPodAutoscaler", {
    minReplicas,
    maxReplicas: 9,
    scaleTargetRef: { kind: "Deployment", name: "web" },
  });

describeCheck(autoscaledPdb, {
  pass: { "room at the minimum": [deployment(), scaler(3), budget({ minAvailable: 2 })] },
  violation: {
    "no budget selects them": [deployment(), scaler(3)],
    "no drain at low load": [deployment(), scaler(3), budget({ minAvailable: 3 })],
  },
  wrongKind: [deployment(), service()],
  unknown: [deployment(), scaler(UNKNOWN)],
});
