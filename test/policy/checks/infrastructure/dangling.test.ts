import { dangling } from "../../../../policy/checks/infrastructure/dangling.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service } from "../../support/objects.js";

const ingress = (number: number) =>
  object("Ingress", {
    rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "web", port: { number } } } }] } }],
  });

const route = (host: string, extra: object = {}) =>
  object(
    "VirtualService",
    { http: [{ route: [{ destination: { host, ...extra } }] }] },
    { apiVersion: "networking.istio.io/v1" },
  );
const delegating = (name: string) =>
  object("VirtualService", { http: [{ delegate: { name } }] }, { apiVersion: "networking.istio.io/v1" });
const exported = object("ServiceExport", undefined, { apiVersion: "multicluster.x-k8s.io/v1alpha1" });

describeCheck(dangling, {
  pass: {
    "a Service with pods": [deployment(), service()],
    "a policy for every pod": [object("NetworkPolicy", { podSelector: {} })],
    "routes to a Service by either name, and to a host outside": [
      deployment(),
      service(),
      route("web.agents.svc.cluster.local", { port: { number: 80 } }),
      having(route("api.example.com"), "metadata.name", "outside"),
    ],
    "an export of a Service": [deployment(), service(), exported],
    "an Ingress to a host outside": [
      object("Service", { type: "ExternalName", externalName: "api.example.com" }),
      ingress(80),
    ],
    "an Ingress to a Service": [service(), ingress(80), deployment()],
    "a budget with pods": [deployment(), object("PodDisruptionBudget", { selector: { matchLabels: { app: "web" } } })],
  },
  violation: {
    "no evidence of its Services": [deployment(), ingress(80)],
    "selects no pod of agents": [deployment(), having(service(), "spec.selector.app", "wbe")],
    "routes to wbe, which is no Service": [deployment(), service(), route("wbe")],
    "routes to port 81 of web": [deployment(), service(), route("web", { port: { number: 81 } })],
    "delegates to agents/other": [delegating("other")],
    "exports Service web": [deployment(), having(service(), "metadata.name", "other"), exported],
    "port 8081 of Service web": [deployment(), service(), ingress(8081)],
    "which does not exist": [deployment(), having(service(), "metadata.name", "other"), ingress(80)],
  },
  wrongKind: [deployment()],
  unknown: [deployment(), having(service(), "spec.selector", UNKNOWN)],
});
