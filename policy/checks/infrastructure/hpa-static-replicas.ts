import { defineCheck } from "../../engine/check.js";
import { notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { isUnknown } from "../../model/values.js";
import { replicated } from "../support/subjects.js";

/**
 * Severity medium. Where an autoscaler owns the number of replicas, a number in the manifest resets it at every apply,
 * and is a field conflict under server-side apply. A number that only the creation sets (`ignoreChanges`) is right: a new
 * workload then starts at its size instead of at one pod. Source: Kubernetes documentation, migrating to autoscaling.
 */
export const hpaStaticReplicas = defineCheck({
  id: "hpa-static-replicas",
  title: "What is autoscaled leaves its replicas out",
  category: "infrastructure",
  severity: "medium",
  scope: "stack",
  why: "Every apply throws away the autoscaler's number, at peak load as well.",
  remediation: "Remove spec.replicas from the workload that an autoscaler targets.",
  link: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
  subjects: replicated,
  judge: (workload, { view }) => {
    const scaler = view.relations.autoscalerOf(workload);
    if (!scaler) return notApplicable("has no autoscaler");
    if (isUnknown(workload.replicas)) return unknownUntilDeployment("spec.replicas");
    if (workload.resource.setOnce.includes("spec.replicas")) {
      return pass(`spec.replicas is only the first number; ${scaler.id} owns it from then on`);
    }
    if (workload.replicas === undefined) return pass(`${scaler.id} owns the replicas`);
    return warning(`sets ${workload.replicas} replicas although ${scaler.id} owns the number`);
  },
});
