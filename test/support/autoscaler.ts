import { queueLengthMetric } from "../../components/addons/prometheus-adapter.js";
import type { KubeApi } from "../../operations/local/servers/region/api.js";

/** What an autoscaler says of itself. */
export interface AutoscalerStatus {
  readonly desiredReplicas?: number;
  readonly currentMetrics?: readonly ({
    readonly resource?: { readonly name: string; readonly current: { readonly averageUtilization?: number } };
    readonly pods?: { readonly metric: { readonly name: string }; readonly current: { readonly averageValue: string } };
  } | null)[];
}

export async function autoscalerStatus(
  api: KubeApi,
  of: { readonly namespace: string; readonly name: string },
): Promise<AutoscalerStatus> {
  return (await api.get("autoscaling/v2", "HorizontalPodAutoscaler", of)).status ?? {};
}

/** The queue's average length, as the autoscaler read it last. */
export function queueOf({ currentMetrics = [] }: AutoscalerStatus): string | undefined {
  return currentMetrics.map((metric) => metric?.pods).find((each) => each?.metric.name === queueLengthMetric)?.current
    .averageValue;
}
