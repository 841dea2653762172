import { selectorMismatch } from "../../../../policy/checks/infrastructure/selector-mismatch.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service, without } from "../../support/objects.js";

const CONTROLLER = { apiVersion: "v1", kind: "ReplicationController" };

describeCheck(selectorMismatch, {
  pass: {
    "the template has the labels": [deployment()],
    "a plain map": [{ ...having(deployment(), "spec.selector", { app: "web" }), ...CONTROLLER }],
  },
  violation: {
    "does not match": [having(deployment(), "spec.selector.matchLabels.app", "wbe")],
    "spec.selector does not": [{ ...having(deployment(), "spec.selector", { app: "wbe" }), ...CONTROLLER }],
    "has no selector": [without(deployment(), "spec.selector")],
  },
  wrongKind: [job(), service(), { ...without(deployment(), "spec.selector"), apiVersion: "extensions/v1beta1" }],
  unknown: [having(deployment(), "spec.selector.matchLabels.app", UNKNOWN)],
});
