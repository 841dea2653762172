import { selectorMismatch } from "../../../../policy/checks/infrastructure/selector-mismatch.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

describeCheck(selectorMismatch, {
  pass: { "the template has the labels": [deployment()] },
  violation: { "does not match": [having(deployment(), "spec.selector.matchLabels.app", "wbe")] },
  wrongKind: [job(), service(), without(deployment(), "spec.selector")],
  unknown: [having(deployment(), "spec.selector.matchLabels.app", UNKNOWN)],
});
