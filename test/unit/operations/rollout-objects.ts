import type { Observed } from "../../../operations/rollout/judge.js";
import type { DeploymentObject, RolloutObject } from "../../../operations/rollout/objects.js";

const gate = { templates: [{ templateName: "gate" }] };
export const steps = [
  { setWeight: 5 },
  { pause: { duration: "10m" } },
  { analysis: gate },
  { setWeight: 25 },
  { pause: { duration: 900 } },
  { analysis: gate },
  { setWeight: 100 },
];
export const templates = [
  { metadata: { name: "gate" }, spec: { metrics: [{ interval: "30s", count: 30, consecutiveSuccessLimit: 3 }] } },
];

export function rollout(status: RolloutObject["status"], spec: Partial<RolloutObject["spec"]> = {}): RolloutObject {
  return {
    metadata: { name: "agent-memory-service", generation: 7 },
    spec: {
      template: { spec: { containers: [{ name: "agent-api", image: "registry.example/agent:2.0.0" }] } },
      strategy: { canary: { steps } },
      ...spec,
    },
    status: { observedGeneration: "7", currentPodHash: "b", stableRS: "a", ...status },
  };
}

export function observed(change: Partial<Observed>): Observed {
  return {
    region: "us-east-1",
    rollout: undefined,
    deployment: undefined,
    canary: undefined,
    analysisRuns: [],
    analysisTemplates: templates,
    virtualServices: [],
    now: Date.parse("2026-01-01T00:04:00Z"),
    ...change,
  };
}

export function deployment(status: DeploymentObject["status"], generation = 2): DeploymentObject {
  return {
    metadata: { name: "agent-memory-service", generation },
    spec: { replicas: 3, template: { spec: { containers: [{ name: "agent-api", image: "a:1.0.0" }] } } },
    status: { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, ...status },
  };
}
