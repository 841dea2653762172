import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, holdsUnknown, isUnknown, records, text } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity high. A mount without its volume is refused by the API server; a volume that no container mounts is a mount
 * that somebody lost: its files are missing where the program looks for them. Source: Kubernetes API reference,
 * PodSpec.volumes; R2 (configuration at /app/config, a writable /tmp under a read-only root).
 */
export const volumes = defineCheck({
  id: "volumes",
  title: "Every mount has its volume, every volume is mounted",
  category: "infrastructure",
  severity: "high",
  scope: "resource",
  why: "The pod is refused, or starts without its configuration, its certificates or a place to write to.",
  remediation: "Declare the volume under the mount's name, or remove what is left over.",
  link: "https://kubernetes.io/docs/concepts/storage/volumes/",
  subjects: workloads,
  judge: (workload) => {
    const { podSpec, containers } = workload;
    if (isUnknown(podSpec)) return unknownUntilDeployment("the pod's spec");
    const declared = at(podSpec, "volumes");
    if (holdsUnknown(declared, 2) || containers.some(({ spec }) => holdsUnknown(spec.volumeMounts, 2))) {
      return unknownUntilDeployment("volumes or volumeMounts");
    }
    const names = new Set([...namesOf(declared), ...claimsOf(workload)]);
    const mounted = new Set(
      containers.flatMap(({ spec }) => [...namesOf(spec.volumeMounts), ...namesOf(spec.volumeDevices)]),
    );
    const missing = [...mounted].filter((name) => !names.has(name));
    if (missing.length > 0) return fail(`mounts ${missing.join(", ")}, which is no volume of the pod`);
    const idle = [...names].filter((name) => !mounted.has(name));
    if (idle.length > 0) return warning(`no container mounts the volume ${idle.join(", ")}`);
    return names.size > 0 ? pass("every volume is mounted") : notApplicable("has no volumes");
  },
});

function namesOf(entries: unknown): string[] {
  return records(entries).flatMap((entry) => text(entry.name) ?? []);
}

function claimsOf({ resource }: Workload): string[] {
  return records(at(resource.body, "spec", "volumeClaimTemplates")).flatMap(
    (claim) => text(at(claim, "metadata", "name")) ?? [],
  );
}
