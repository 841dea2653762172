import { strict as assert } from "node:assert";
import { autoscalerSpec } from "../../../components/agent/autoscaler.js";
import { stackConfig } from "../../support/stacks.js";

describe("autoscaler (R4)", () => {
  const target = { apiVersion: "apps/v1", kind: "Deployment", name: "agent-memory-service" };
  const spec = autoscalerSpec(stackConfig("production").agent.autoscaling, target);

  it("scales 3 to 20 replicas of its target", () => {
    assert.equal(spec.minReplicas, 3);
    assert.equal(spec.maxReplicas, 20);
    assert.deepEqual(spec.scaleTargetRef, target);
  });

  it("watches CPU 70 %, memory 80 % and the queue's average of 100", () => {
    assert.deepEqual(spec.metrics, [
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } } },
      {
        type: "Pods",
        pods: { metric: { name: "agent_request_queue_length" }, target: { type: "AverageValue", averageValue: "100" } },
      },
    ]);
  });

  it("goes up by the larger of 100 % or 4 pods a minute, and down by 25 % every two minutes", () => {
    assert.deepEqual(spec.behavior, {
      scaleUp: {
        stabilizationWindowSeconds: 60,
        selectPolicy: "Max",
        policies: [
          { type: "Percent", value: 100, periodSeconds: 60 },
          { type: "Pods", value: 4, periodSeconds: 60 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: 300,
        selectPolicy: "Min",
        policies: [{ type: "Percent", value: 25, periodSeconds: 120 }],
      },
    });
  });
});
