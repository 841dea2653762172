import { defineCheck } from "../../engine/check.js";
import { at, isUnknown, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/** Severity medium. Source: Kubernetes documentation on security contexts; NSA/CISA Kubernetes hardening guide. */
export const readonlyRootfs = defineCheck({
  id: "readonly-rootfs",
  title: "Root file systems are read-only",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "An attacker who can write into the image's files can stay and change the program.",
  remediation: "Set securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where files are written.",
  link: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  subjects: workloads,
  judge: eachContainer({
    passed: "every root file system is read-only",
    problem: ({ spec }) => {
      const value = at(spec, "securityContext", "readOnlyRootFilesystem");
      if (isUnknown(value)) return UNKNOWN;
      return value === true ? undefined : "has a writable root file system";
    },
  }),
});
