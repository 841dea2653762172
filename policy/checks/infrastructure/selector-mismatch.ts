import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isEmptySelector, selects } from "../../model/selectors.js";
import { at, holdsUnknown, isUnknown } from "../../model/values.js";
import { replicated } from "../support/subjects.js";

/**
 * Severity critical. A controller whose selector does not match its own template is refused by the API server, or
 * creates pods without end in old versions. Source: Kubernetes API reference, DeploymentSpec.
 */
export const selectorMismatch = defineCheck({
  id: "selector-mismatch",
  title: "Controllers select their own pods",
  category: "infrastructure",
  severity: "critical",
  scope: "resource",
  why: "The API server refuses the object, so that the deploy stops half way.",
  remediation: "Make spec.selector.matchLabels a subset of the template's labels.",
  link: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
  subjects: (view) => [...replicated(view), ...view.workloads.filter((workload) => workload.kind === "DaemonSet")],
  judge: (workload) => {
    const selector = at(workload.resource.body, "spec", "selector");
    if (isUnknown(workload.podSpec) || holdsUnknown(selector)) return unknownUntilDeployment("spec.selector");
    if (selector === undefined || isEmptySelector(selector)) {
      return notApplicable("has no selector: the API server asks for one");
    }
    return selects(selector, workload.podLabels) === true
      ? pass("the selector matches the template")
      : fail("spec.selector does not match the labels of the template");
  },
});
