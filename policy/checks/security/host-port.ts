import { defineCheck } from "../../engine/check.js";
import { isUnknown, records, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/** Severity medium. Source: Pod Security Standards, baseline profile. */
export const hostPort = defineCheck({
  id: "host-port",
  title: "No container takes a port of the node",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "A port of the node goes round network policies and allows one such pod a node.",
  remediation: "Remove hostPort and use a Service.",
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  subjects: workloads,
  judge: eachContainer({
    passed: "no container takes a port of the node",
    problem: ({ spec }) => {
      if (isUnknown(spec.ports) || records(spec.ports).some((port) => isUnknown(port.hostPort))) return UNKNOWN;
      const taken = records(spec.ports).filter((port) => typeof port.hostPort === "number" && port.hostPort > 0);
      return taken.length > 0
        ? `takes port ${taken.map((port) => String(port.hostPort)).join(", ")} of the node`
        : undefined;
    },
  }),
});
