import { defineCheck } from "../../engine/check.js";
import { isUnknown, records, text, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity medium. Of two entries with one name the last wins, and server-side apply refuses the list altogether.
 * Source: Kubernetes API reference, Container.env (a map by name).
 */
export const duplicateEnv = defineCheck({
  id: "duplicate-env",
  title: "No environment variable is set twice",
  category: "infrastructure",
  severity: "medium",
  scope: "resource",
  why: "Which of the two values is in force depends on how the object was applied.",
  remediation: "Keep one entry for each name.",
  link: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
  subjects: workloads,
  judge: eachContainer({
    passed: "every variable is set once",
    problem: ({ spec }) => {
      if (isUnknown(spec.env)) return UNKNOWN;
      const seen = new Set<string>();
      const twice = new Set<string>();
      for (const { name } of records(spec.env)) {
        const key = text(name);
        if (key !== undefined && seen.has(key)) twice.add(key);
        if (key !== undefined) seen.add(key);
      }
      return twice.size > 0 ? `sets ${[...twice].join(", ")} twice` : undefined;
    },
  }),
});
