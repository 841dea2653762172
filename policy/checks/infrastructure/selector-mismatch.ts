import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isEmptySelector, selects } from "../../model/selectors.js";
import { at, holdsUnknown, isUnknown } from "../../model/values.js";
import { replicated } from "../support/subjects.js";

/**
 * Severity critical. A controller whose selector does not match its own template, or that has none, is refused by the
 * API server, or creates pods without end in old versions, which made up the missing selector from the template.
 * Source: Kubernetes API reference, DeploymentSpec.
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
    const { body, group } = workload.resource;
    const given = at(body, "spec", "selector");
    if (isUnknown(workload.podSpec) || holdsUnknown(given)) return unknownUntilDeployment("spec.selector");
    // The oldest controller selects by a plain map, as a Service does.
    const selector = workload.kind === "ReplicationController" && given !== undefined ? { matchLabels: given } : given;
    if (selector === undefined || isEmptySelector(selector)) {
      return group === "apps" || group === "argoproj.io"
        ? fail("has no selector: the API server refuses it")
        : notApplicable(`${workload.resource.apiVersion} makes up a selector from the template`);
    }
    return selects(selector, workload.podLabels) === true
      ? pass("the selector matches the template")
      : fail("spec.selector does not match the labels of the template");
  },
});
