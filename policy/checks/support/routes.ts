import { fail, notApplicable, pass, unknownUntilDeployment, type Verdict } from "../../engine/result.js";
import type { Context } from "../../engine/check.js";
import type { Resource } from "../../model/resource.js";
import { at, holdsUnknown, number, records, text } from "../../model/values.js";

/** Whether the destinations and delegates of a VirtualService are there; hosts outside the cluster are left alone. */
export function judgeRoutes(route: Resource, { view }: Context): Verdict {
  const http = at(route.body, "spec", "http");
  if (holdsUnknown(http)) return unknownUntilDeployment("spec.http");
  const rules = records(http);
  const problems = [
    ...records(rules.flatMap((rule) => records(rule.route)).map((entry) => entry.destination)).flatMap(
      (destination) => problemOf(destination, route, view) ?? [],
    ),
    ...records(rules.map((rule) => rule.delegate)).flatMap((delegate) => {
      const [name, namespace] = [text(delegate.name) ?? "", text(delegate.namespace) ?? route.namespace];
      const found = view.find({ cluster: route.cluster, kind: "VirtualService", namespace, name });
      return found ? [] : [`delegates to ${namespace}/${name}, which does not exist`];
    }),
  ];
  if (problems.length > 0) return fail([...new Set(problems)].join("; "));
  return rules.length > 0 ? pass("every destination is there") : notApplicable("routes no HTTP");
}

function problemOf(destination: unknown, route: Resource, view: Context["view"]): string | undefined {
  const host = text(at(destination, "host")) ?? "";
  const [name = "", namespace = route.namespace, ...rest] = host.split(".");
  const inside = !host.includes(".") || (rest[0] === "svc" && rest.length > 0);
  if (!inside || !view.ofKind("Service").some((service) => service.cluster === route.cluster)) return undefined;
  const service = view.find({ cluster: route.cluster, kind: "Service", namespace, name });
  if (!service) return `routes to ${host}, which is no Service`;
  const port = number(at(destination, "port", "number"));
  const known = records(at(service.body, "spec", "ports")).some((entry) => entry.port === port);
  return port === undefined || known ? undefined : `routes to port ${port} of ${host}, which does not have it`;
}

/** An export offers the Service of its own name to other clusters. */
export function judgeExport({ cluster, namespace, name }: Resource, { view }: Context): Verdict {
  const services = view.ofKind("Service").filter((service) => service.cluster === cluster);
  if (services.length === 0) return notApplicable("the input holds no Service that it could export");
  return view.find({ cluster, kind: "Service", namespace, name })
    ? pass("exports the Service of its name")
    : fail(`exports Service ${name}, which does not exist in ${namespace}`);
}
