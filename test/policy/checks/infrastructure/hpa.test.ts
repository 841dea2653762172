import { hpa } from "../../../../policy/checks/infrastructure/hpa.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service, without } from "../../support/objects.js";

const scaler = () =>
  object("HorizontalPodAutoscaler", {
    minReplicas: 3,
    maxReplicas: 9,
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
  });

describeCheck(hpa, {
  pass: {
    "a target, bounds and a metric": [deployment(), scaler()],
    "Kubernetes' own metric": [deployment(), without(scaler(), "spec.metrics")],
  },
  violation: {
    "it cannot scale": [having(scaler(), "spec.maxReplicas", 3)],
    "is below minReplicas": [having(scaler(), "spec.maxReplicas", 2)],
    "has no maxReplicas": [without(scaler(), "spec.maxReplicas")],
    "does not exist": [deployment(), having(scaler(), "spec.scaleTargetRef.name", "wbe")],
    "is of apps/v1, not of v1": [deployment(), without(scaler(), "spec.scaleTargetRef.apiVersion")],
    "fewer than 20": { inputs: [scaler()], settings: { parameters: { maximum: 20 } } },
    "too late to help": { inputs: [scaler()], settings: { parameters: { cpuTarget: 60 } } },
    "does not scale on queue": { inputs: [scaler()], settings: { parameters: { metrics: ["cpu", "queue"] } } },
  },
  // Nothing is known of what it scales.
  wrongKind: [service(), scaler()],
  unknown: [having(scaler(), "spec.maxReplicas", UNKNOWN)],
});
