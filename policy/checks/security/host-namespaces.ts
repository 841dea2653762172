import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment } from "../../engine/result.js";
import { at, isUnknown } from "../../model/values.js";
import { workloads } from "../support/subjects.js";

const FIELDS = ["hostNetwork", "hostPID", "hostIPC"];

/** Severity critical. Source: Pod Security Standards, baseline profile. */
export const hostNamespaces = defineCheck({
  id: "host-namespaces",
  title: "Pods stay out of the node's namespaces",
  category: "security",
  severity: "critical",
  scope: "resource",
  why: "A pod in the node's network, process or IPC namespace sees and reaches what is not its own.",
  remediation: "Remove hostNetwork, hostPID and hostIPC.",
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  subjects: workloads,
  judge: (workload) => {
    const set = FIELDS.filter((field) => at(workload.podSpec, field) === true);
    if (set.length > 0) return fail(`sets ${set.join(", ")}`);
    const unknown = FIELDS.find((field) => isUnknown(at(workload.podSpec, field)));
    return unknown === undefined ? pass("has namespaces of its own") : unknownUntilDeployment(unknown);
  },
});
