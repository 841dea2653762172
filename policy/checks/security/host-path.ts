import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment } from "../../engine/result.js";
import { at, isUnknown, records, text } from "../../model/values.js";
import { workloads } from "../support/subjects.js";

/** Severity high. Source: Pod Security Standards, baseline profile. */
export const hostPath = defineCheck({
  id: "host-path",
  title: "No volume is a path of the node",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "A path of the node is a way to its files, its container runtime and other pods' data.",
  remediation: "Use a PersistentVolumeClaim, an emptyDir or a projected volume.",
  link: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
  subjects: workloads,
  judge: (workload) => {
    const volumes = at(workload.podSpec, "volumes");
    const paths = records(volumes).filter((volume) => volume.hostPath !== undefined && volume.hostPath !== null);
    if (paths.length > 0) {
      return fail(
        `mounts ${paths.map((volume) => text(at(volume, "hostPath", "path")) ?? "a path").join(", ")} of the node`,
      );
    }
    return isUnknown(volumes) ? unknownUntilDeployment("volumes") : pass("mounts no path of the node");
  },
});
