import type { KubeApi } from "../../../operations/local/servers/region/api.js";

interface RolloutSpec {
  strategy: { canary: { steps: { setWeight?: number; pause?: { duration: string }; analysis?: object }[] } };
}

interface AnalysisSpec {
  metrics: { name: string; interval: string; initialDelay?: string; failureCondition: string }[];
}

/** R7 at its production durations. */
export const R7 = {
  stages: ["5 %", "10m", "gate", "25 %", "15m", "gate", "50 %", "20m", "gate", "100 %"],
  watch: [
    ["error-rate", "30s", "30s", "result[0] > 0.01"],
    ["p99-latency", "30s", "30s", "result[0] > 2000"],
  ],
  gate: [
    ["error-rate", "30s", undefined, "result[0] > 0.01"],
    ["p99-latency", "30s", undefined, "result[0] > 2000"],
  ],
};

/** The progressive delivery that an API server holds, in the form of {@link R7}. */
export async function progressiveOf(api: KubeApi): Promise<typeof R7> {
  const spec = async <T>(kind: string, name: string): Promise<T> =>
    (await api.get("argoproj.io/v1alpha1", kind, { namespace: "agent-memory", name })).spec as T;
  const rollout = await spec<RolloutSpec>("Rollout", "agent-memory-service");
  const analysis = async (name: string) => {
    const { metrics } = await spec<AnalysisSpec>("AnalysisTemplate", name);
    return metrics.map(({ name: metric, interval, initialDelay, failureCondition }) => [
      metric,
      interval,
      initialDelay,
      failureCondition.split("&& ")[2],
    ]) as typeof R7.watch;
  };
  return {
    stages: rollout.strategy.canary.steps.map(({ setWeight, pause }) =>
      setWeight === undefined ? (pause?.duration ?? "gate") : `${setWeight} %`,
    ),
    watch: await analysis("agent-rollout-watch"),
    gate: await analysis("agent-rollout-gate"),
  };
}
