import type { PlatformView } from "../../model/view.js";
import type { Workload } from "../../model/workload.js";

/** Everything that makes pods. */
export const workloads = (view: PlatformView): readonly Workload[] => view.workloads;

/** Workloads that serve until they are stopped: probes and replicas are asked of these, not of Jobs and CronJobs. */
export const longRunning = (view: PlatformView): readonly Workload[] =>
  view.workloads.filter((workload) => workload.longRunning);

/** Workloads whose replicas can be counted: not bare pods, nor DaemonSets, which follow the nodes. */
export const replicated = (view: PlatformView): readonly Workload[] =>
  view.workloads.filter((workload) => workload.longRunning && workload.kind !== "Pod" && workload.kind !== "DaemonSet");

/** Objects of these kinds. */
export const ofKind =
  (...kinds: readonly string[]) =>
  (view: PlatformView) =>
    view.ofKind(...kinds);

/** Resources of a cloud of these Pulumi types. */
export const ofType =
  (...types: readonly string[]) =>
  (view: PlatformView) =>
    view.ofType(...types);
