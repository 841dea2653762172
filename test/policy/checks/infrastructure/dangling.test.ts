import { dangling } from "../../../../policy/checks/infrastructure/dangling.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service } from "../../support/objects.js";

const ingress = (number: number) =>
  object("Ingress", {
    rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "web", port: { number } } } }] } }],
  });

describeCheck(dangling, {
  pass: {
    "a Service with pods": [deployment(), service()],
    "a policy for every pod": [object("NetworkPolicy", { podSelector: {} })],
    "an Ingress to a Service": [service(), ingress(80), deployment()],
    "a budget with pods": [deployment(), object("PodDisruptionBudget", { selector: { matchLabels: { app: "web" } } })],
  },
  violation: {
    "selects no pod of agents": [deployment(), having(service(), "spec.selector.app", "wbe")],
    "port 8081 of Service web": [deployment(), service(), ingress(8081)],
    "which does not exist": [deployment(), having(service(), "metadata.name", "other"), ingress(80)],
  },
  wrongKind: [deployment()],
  unknown: [deployment(), having(service(), "spec.selector", UNKNOWN)],
});
