import { queueLengthMetric } from "../../addons/prometheus-adapter.js";
import { errorRateQuery, LATENCY, p99Query } from "../../delivery/analysis.js";
import type { Alert, AlertContext, AlertGroup } from "../alert.js";
import { agentJob } from "../monitors.js";

const owner = "platform-team";

function userFacing({ config: { delivery, agent } }: AlertContext): Alert[] {
  const { maxP99Ms, maxErrorRate, window, minRequestsPerSecond } = delivery.progressive;
  const seconds = maxP99Ms / 1000;
  const latency = `histogram_quantile(0.99, sum by (le) (rate(${LATENCY}[5m])))`;
  const canaryErrors = `(${errorRateQuery(window, minRequestsPerSecond)}) > ${maxErrorRate}`;
  return [
    {
      name: "AgentDown",
      expr: `absent(up{job="${agentJob}"} == 1)`,
      for: "1m",
      severity: "critical",
      summary: "No pod of the agent service answers its scrape in this cluster",
      meaning: "The service is down in this region, or nothing can be said about it.",
      action: "look at the pods, and fail over if the region is lost.",
      runbook: "agent-down",
      owner,
      child: true,
    },
    {
      name: "AgentLatencyHigh",
      expr: `${latency} > ${seconds}`,
      for: "10m",
      severity: "warning",
      summary: `p99 latency is {{ $value | humanizeDuration }}, above ${seconds} s`,
      meaning: "One request in a hundred takes longer than the service promises.",
      action: "compare the stores' latency and the pods' CPU throttling with the hour before.",
      runbook: "latency-high",
      owner,
      child: true,
    },
    {
      name: "CanaryBreach",
      expr: `(${canaryErrors}) or (${p99Query(window)} > ${maxP99Ms})`,
      severity: "warning",
      summary: "The canary breaks its bounds on errors or p99 latency",
      meaning: "The new version is worse than allowed; the rollout controller puts all traffic back on stable.",
      action: "check that the weights are back at 100/0, then read the canary's logs.",
      runbook: "canary-breach",
      owner,
    },
    {
      name: "RolloutDegraded",
      expr: `rollout_info{namespace="${agent.namespace}",phase="Degraded"} == 1`,
      severity: "warning",
      summary: "Rollout {{ $labels.name }} was aborted: all traffic is on the stable version",
      meaning: "A release did not get through, and will not go on by itself; `up` reports success all the same.",
      action: "read the failed analysis, then release a fixed image or retry.",
      runbook: "canary-breach",
      owner,
    },
  ];
}

function scaling({ config }: AlertContext): Alert[] {
  const inNamespace = `namespace="${config.agent.namespace}"`;
  return [
    {
      name: "AutoscalerAtMaximum",
      expr: `kube_horizontalpodautoscaler_status_current_replicas{${inNamespace}} >= kube_horizontalpodautoscaler_spec_max_replicas{${inNamespace}}`,
      for: "15m",
      severity: "warning",
      summary: "Autoscaler {{ $labels.horizontalpodautoscaler }} has been at its maximum for 15 minutes",
      meaning: "More load finds no more pods: queues and latency grow next.",
      action: "raise agent.autoscaling.maxReplicas if the nodes and the stores bear it.",
      runbook: "autoscaler-at-maximum",
      owner,
      child: true,
    },
    {
      name: "QueueMetricMissing",
      expr: `absent(${queueLengthMetric}{${inNamespace}})`,
      for: "10m",
      severity: "warning",
      summary: `Nobody exports ${queueLengthMetric}: the autoscaler is blind to the queue`,
      meaning: "The autoscaler still follows CPU and memory, but not the queue (R4).",
      action: "see whether the pods are scraped and whether the version exports the metric.",
      runbook: "scrape-target-missing",
      owner,
      child: true,
    },
  ];
}

function pods({ config }: AlertContext): Alert[] {
  const inNamespace = `namespace="${config.agent.namespace}"`;
  const restarts = `kube_pod_container_status_restarts_total{${inNamespace}}`;
  return [
    {
      name: "ContainerRestarting",
      expr: `changes(${restarts}[15m]) > 3`,
      severity: "warning",
      summary: "Container {{ $labels.container }} of {{ $labels.pod }} restarts again and again",
      meaning: "The pod is lost to the service while it backs off.",
      action: "read the previous container's log and its exit code.",
      runbook: "container-restarting",
      owner,
      child: true,
    },
    {
      name: "ContainerOutOfMemory",
      expr: `kube_pod_container_status_last_terminated_reason{${inNamespace},reason="OOMKilled"} == 1 and on (namespace, pod, container) increase(${restarts}[10m]) > 0`,
      severity: "warning",
      summary: "Container {{ $labels.container }} of {{ $labels.pod }} was killed for lack of memory",
      meaning: "Requests in flight were lost; it will happen again under the same load.",
      action: "compare the working set with the limit before raising it.",
      runbook: "container-restarting",
      owner,
      child: true,
    },
    {
      name: "DisruptionBudgetAtLimit",
      expr: `kube_poddisruptionbudget_status_pod_disruptions_allowed{${inNamespace}} == 0`,
      for: "15m",
      severity: "warning",
      summary: "Disruption budget {{ $labels.poddisruptionbudget }} allows no disruption",
      meaning: "A pod more would be too many, and nodes cannot be drained.",
      action: "find the pods that are not ready.",
      runbook: "disruption-budget-at-limit",
      owner,
      child: true,
    },
  ];
}

/** Alerts on what users of the service notice, and on what runs it. */
export function serviceAlerts(context: AlertContext): AlertGroup[] {
  return [
    { name: "agent-service", alerts: userFacing(context) },
    { name: "agent-workload", alerts: [...scaling(context), ...pods(context)] },
  ];
}
