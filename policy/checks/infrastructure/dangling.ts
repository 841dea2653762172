import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import type { Resource } from "../../model/resource.js";
import { selects } from "../../model/selectors.js";
import { at, holdsUnknown, isUnknown, record, records, stringMap, text, shown } from "../../model/values.js";
import { releases } from "../support/collectors.js";
import { judgeExport, judgeRoutes } from "../support/routes.js";
import { ofKind } from "../support/subjects.js";

/**
 * Severity high. A Service, Ingress, NetworkPolicy, budget, VirtualService or ServiceExport that points at nothing is a
 * typing error that no API server refuses. Where the input holds no possible target at all, one file of many proves nothing: an
 * Ingress, which names its Service, is a warning then. Source: R3.
 */
export const dangling = defineCheck({
  id: "dangling",
  title: "Services, Ingresses, routes, policies and budgets find their targets",
  category: "infrastructure",
  severity: "high",
  scope: "stack",
  why: "Traffic goes nowhere, or a protection protects nothing, and nothing says so.",
  remediation: "Correct the selector or the name, or remove the object.",
  link: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",
  subjects: ofKind("Service", "Ingress", "NetworkPolicy", "PodDisruptionBudget", "VirtualService", "ServiceExport"),
  judge: (resource, context) => {
    switch (resource.kind) {
      case "Service":
        return judgeService(resource, context);
      case "Ingress":
        return judgeIngress(resource, context);
      case "VirtualService":
        return judgeRoutes(resource, context);
      case "ServiceExport":
        return judgeExport(resource, context);
      case "NetworkPolicy":
        return judgeSelector(resource, context, at(resource.body, "spec", "podSelector") ?? {});
      default:
        return judgeSelector(resource, context, at(resource.body, "spec", "selector"));
    }
  },
});

function judgeService(service: Resource, context: Context): Verdict {
  const spec = at(service.body, "spec");
  if (at(spec, "type") === "ExternalName") return notApplicable("an external name has no pods");
  const selector = at(spec, "selector");
  if (isUnknown(spec) || holdsUnknown(selector, 3)) return unknownUntilDeployment("spec.selector");
  if (Object.keys(record(selector)).length === 0) return notApplicable("its endpoints are kept by something else");
  return verdict(service, context, context.view.relations.selectedByService(service).length);
}

function judgeSelector(resource: Resource, context: Context, selector: unknown): Verdict {
  if (holdsUnknown(selector, 6)) return unknownUntilDeployment("its selector");
  const everything = Object.keys(record(selector)).length === 0;
  if (everything && resource.kind === "NetworkPolicy") return pass("it is about every pod of its namespace");
  const { relations } = context.view;
  const selected =
    resource.kind === "NetworkPolicy" ? relations.selectedByPolicy(resource) : relations.selectedByBudget(resource);
  return verdict(resource, context, selected.length);
}

function verdict(resource: Resource, { view }: Context, selected: number): Verdict {
  if (selected === 0 && isMadeElsewhere(resource, view))
    return notApplicable("its pods are made by a chart or an operator");
  if (selected > 0) return pass(`selects the pods of ${selected} workload${selected === 1 ? "" : "s"}`);
  const evidence = view.workloads.some((workload) => workload.resource.cluster === resource.cluster);
  return evidence
    ? fail(`selects no pod of ${resource.namespace}`)
    : notApplicable("the input holds no workload that it could select");
}

/** Pods of a Helm release and of an operator's cluster are invisible before the deployment. */
function isMadeElsewhere({ cluster, namespace, body, kind }: Resource, view: Context["view"]): boolean {
  const spec = at(body, "spec");
  const plain = at(spec, "selector");
  const selector = kind === "Service" ? { matchLabels: plain } : (at(spec, "podSelector") ?? plain);
  const databases = view
    .ofKind("Cluster")
    .filter((entry) => entry.cluster === cluster && entry.namespace === namespace);
  const selected = databases.some(({ name, body: database }) => {
    const inherited = stringMap(at(database, "spec", "inheritedMetadata", "labels"));
    return selects(selector, { ...inherited, "cnpg.io/cluster": name }) !== false;
  });
  return (
    selected || releases(view).some((entry) => entry.namespace === namespace && (entry.cluster ?? cluster) === cluster)
  );
}

function judgeIngress(ingress: Resource, { view }: Context): Verdict {
  if (holdsUnknown(at(ingress.body, "spec"))) return unknownUntilDeployment("spec");
  const services = view.ofKind("Service").filter((service) => service.cluster === ingress.cluster);
  if (services.length === 0) return warning("no evidence of its Services: the input holds none at all");
  const problems = backendsOf(ingress).flatMap((backend) => problemOf(backend, ingress, view.find.bind(view)) ?? []);
  return problems.length > 0 ? fail(problems.join("; ")) : pass("every backend is a Service of its namespace");
}

function backendsOf(ingress: Resource): readonly unknown[] {
  const spec = at(ingress.body, "spec");
  const rules = records(at(spec, "rules")).flatMap((rule) => records(at(rule, "http", "paths")));
  return [at(spec, "defaultBackend") ?? at(spec, "backend"), ...rules.map((path) => path.backend)].filter(
    (backend) => backend !== undefined && at(backend, "resource") === undefined,
  );
}

function problemOf(backend: unknown, ingress: Resource, find: Context["view"]["find"]): string | undefined {
  const current = ingress.apiVersion === "networking.k8s.io/v1";
  const name = text(current ? at(backend, "service", "name") : at(backend, "serviceName"));
  if (name === undefined) return `a backend names no Service in the form of ${ingress.apiVersion}`;
  const service = find({ cluster: ingress.cluster, kind: "Service", namespace: ingress.namespace, name });
  if (!service) return `routes to Service ${name}, which does not exist in ${ingress.namespace}`;
  const port = current
    ? (at(backend, "service", "port", "number") ?? at(backend, "service", "port", "name"))
    : at(backend, "servicePort");
  if (port === undefined) return undefined;
  const ports = records(at(service.body, "spec", "ports"));
  if (ports.length === 0 && at(service.body, "spec", "type") === "ExternalName") return undefined;
  const known = ports.some((entry) => entry.port === port || entry.name === port);
  return known ? undefined : `routes to port ${shown(port)} of Service ${name}, which does not have it`;
}
