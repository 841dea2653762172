import type { AutoscalingConfig } from "../../config/schema/agent.js";

export interface ScaleTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

function scalingRules(rule: AutoscalingConfig["scaleUp"]) {
  const { periodSeconds } = rule;
  return {
    stabilizationWindowSeconds: rule.stabilizationSeconds,
    selectPolicy: rule.select,
    policies: [
      { type: "Percent", value: rule.percent, periodSeconds },
      ...(rule.pods === 0 ? [] : [{ type: "Pods", value: rule.pods, periodSeconds }]),
    ],
  };
}

function utilization(name: string, averageUtilization: number) {
  return { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } };
}

/** The autoscaler of R4 over whatever workload owns the pods. */
export function autoscalerSpec(config: AutoscalingConfig, scaleTargetRef: ScaleTarget) {
  return {
    scaleTargetRef,
    minReplicas: config.minReplicas,
    maxReplicas: config.maxReplicas,
    metrics: [
      utilization("cpu", config.cpuPercent),
      utilization("memory", config.memoryPercent),
      {
        type: "Pods",
        pods: {
          metric: { name: "agent_request_queue_length" },
          target: { type: "AverageValue", averageValue: String(config.queueLength) },
        },
      },
    ],
    behavior: { scaleUp: scalingRules(config.scaleUp), scaleDown: scalingRules(config.scaleDown) },
  };
}
