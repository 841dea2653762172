import { minReplicas } from "../../../../policy/checks/infrastructure/min-replicas.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service, without } from "../../support/objects.js";

const scaler = (minReplicas: number) =>
  object("HorizontalPodAutoscaler", {
    minReplicas,
    maxReplicas: 9,
    scaleTargetRef: { kind: "Deployment", name: "web" },
  });

describeCheck(minReplicas, {
  pass: {
    "three replicas": [deployment()],
    "an autoscaler whose target is elsewhere": [scaler(2)],
    "an autoscaler's minimum": [without(deployment(), "spec.replicas"), scaler(2)],
  },
  violation: {
    "1 replicas, fewer than 2": [having(deployment(), "spec.replicas", 1)],
    "by HorizontalPodAutoscaler/agents/web": [deployment(), scaler(1)],
    "1 replicas at least, by": [scaler(1)],
    "1 replicas, fewer": [object("Cluster", { instances: 1 }, { apiVersion: "postgresql.cnpg.io/v1" })],
    "3 replicas, fewer than 4": { inputs: [deployment()], settings: { parameters: { minimum: 4 } } },
  },
  wrongKind: [job(), object("DaemonSet", deployment().spec), service()],
  unknown: [having(deployment(), "spec.replicas", UNKNOWN)],
});
