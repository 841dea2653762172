import { defineCheck } from "../../engine/check.js";
import { warning, pass } from "../../engine/result.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity medium. Nothing replaces a pod without a controller when its node goes. Pods that a controller made are
 * judged through it. Source: Kubernetes documentation, configuration best practices ("naked" pods).
 */
export const barePod = defineCheck({
  id: "bare-pod",
  title: "Pods have a controller",
  category: "infrastructure",
  severity: "medium",
  scope: "resource",
  why: "A pod without a controller is gone for good when its node is drained or fails.",
  remediation: "Use a Deployment, StatefulSet, DaemonSet, Rollout or Job instead of a Pod or ReplicaSet.",
  link: "https://kubernetes.io/docs/concepts/configuration/overview/",
  subjects: workloads,
  judge: (workload) =>
    workload.kind === "Pod" || workload.kind === "ReplicaSet"
      ? warning(`a ${workload.kind} of its own: nothing ${workload.kind === "Pod" ? "replaces" : "updates"} it`)
      : pass(`made by a ${workload.kind}`),
});
