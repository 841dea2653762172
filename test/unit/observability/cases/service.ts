import type { RuleCase } from "../../../support/promtool.js";
import { s, ns, latency, canary, hpa, restarts, oom, slowCanary } from "./series.js";

/** What users notice, and what runs the service. */
export const serviceCases: readonly RuleCase[] = [
  {
    name: "a pod that answers is enough",
    series: [s('up{job="agent",pod="a"}', 1), s('up{job="agent",pod="b"}', 0)],
    firing: [["AgentDown", "10m", 0]],
  },
  {
    name: "no pod that answers, for a minute",
    series: [s('up{job="agent",pod="a"}', "1x5 0x10")],
    firing: [
      ["AgentDown", "6m", 0],
      ["AgentDown", "8m", 1],
    ],
  },
  { name: "no pod at all", series: [], firing: [["AgentDown", "2m", 1]] },
  { name: "p99 at 2 s", series: latency(99), firing: [["AgentLatencyHigh", "30m", 0]] },
  {
    name: "p99 above 2 s, for ten minutes",
    series: latency(98),
    firing: [
      ["AgentLatencyHigh", "9m", 0],
      ["AgentLatencyHigh", "15m", 1],
    ],
  },
  {
    name: "a canary just inside its bound",
    interval: "30s",
    series: canary(9905, 95),
    firing: [["CanaryBreach", "10m", 0]],
  },
  { name: "a canary just outside", interval: "30s", series: canary(9895, 105), firing: [["CanaryBreach", "10m", 1]] },
  {
    name: "a canary whose p99 is just inside its bound",
    interval: "30s",
    series: slowCanary(99.1),
    firing: [["CanaryBreach", "10m", 0]],
  },
  {
    name: "a canary whose p99 is just outside",
    interval: "30s",
    series: slowCanary(98.9),
    firing: [["CanaryBreach", "10m", 1]],
  },
  { name: "a canary without traffic", interval: "30s", series: canary(0, 1), firing: [["CanaryBreach", "10m", 0]] },
  {
    name: "a rollout that was aborted",
    series: [s(`rollout_info{${ns},name="r",phase="Degraded"}`, 1)],
    firing: [["RolloutDegraded", "1m", 1]],
  },
  {
    name: "a rollout that goes on",
    series: [s(`rollout_info{${ns},name="r",phase="Progressing"}`, 1)],
    firing: [["RolloutDegraded", "1m", 0]],
  },
];

export const workloadCases: readonly RuleCase[] = [
  { name: "one replica below the maximum", series: hpa(19), firing: [["AutoscalerAtMaximum", "30m", 0]] },
  {
    name: "at the maximum, for a quarter of an hour",
    series: hpa(20),
    firing: [
      ["AutoscalerAtMaximum", "14m", 0],
      ["AutoscalerAtMaximum", "15m", 1],
    ],
  },
  {
    name: "the queue is exported",
    series: [s(`agent_request_queue_length{${ns},pod="a"}`, 0)],
    firing: [["QueueMetricMissing", "20m", 0]],
  },
  {
    name: "nobody exports the queue, for ten minutes",
    series: [],
    firing: [
      ["QueueMetricMissing", "9m", 0],
      ["QueueMetricMissing", "10m", 1],
    ],
  },
  { name: "three restarts", series: [restarts("0 1 2 3x20")], firing: [["ContainerRestarting", "5m", 0]] },
  { name: "four restarts", series: [restarts("0 1 2 3 4x20")], firing: [["ContainerRestarting", "5m", 1]] },
  {
    name: "killed for memory, now and not for ever",
    series: [oom, restarts("0x3 1x40")],
    firing: [
      ["ContainerOutOfMemory", "2m", 0],
      ["ContainerOutOfMemory", "5m", 1],
      ["ContainerOutOfMemory", "20m", 0],
    ],
  },
  {
    name: "a disruption is allowed",
    series: [s(`kube_poddisruptionbudget_status_pod_disruptions_allowed{${ns},poddisruptionbudget="b"}`, 1)],
    firing: [["DisruptionBudgetAtLimit", "30m", 0]],
  },
  {
    name: "no disruption is allowed, for a quarter of an hour",
    series: [s(`kube_poddisruptionbudget_status_pod_disruptions_allowed{${ns},poddisruptionbudget="b"}`, 0)],
    firing: [
      ["DisruptionBudgetAtLimit", "14m", 0],
      ["DisruptionBudgetAtLimit", "15m", 1],
    ],
  },
];
