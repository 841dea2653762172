import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { databasesOf } from "../../model/evidence.js";
import type { Resource } from "../../model/resource.js";
import { restricts } from "../../model/relations.js";
import { at, holdsUnknown, number, records, type Plain } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { argumentsOf, environmentOf } from "../support/environment.js";
import { releases } from "../support/collectors.js";
import { isAllowed, type Need } from "../support/reach.js";
import { workloads } from "../support/subjects.js";

const HOST_PORT = /([a-z][a-z0-9.-]{0,200})[: ](\d{2,5})\b/g;

/**
 * Severity high. A restricted pod still needs DNS, the Services that its environment and arguments name, the port that
 * its metrics are scraped at, its own Service's ports, in a mesh istiod, and where an Ingress routes to it the
 * controller; the last three by the namespaces of the charts that bring them. Source: R3 (the policy is checked for what
 * the pods cannot live without); ports 15012 and 15020 are Istio's.
 */
export const networkPolicyEssentials = defineCheck({
  id: "network-policy-essentials",
  title: "Network policies leave open what the pods live on",
  category: "security",
  severity: "high",
  scope: "stack",
  why: "A policy without DNS, a store or the scraper's port is an outage that begins with its deployment.",
  remediation: "Allow egress to DNS (53) and to each dependency, and ingress to the served and the scraped ports.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  subjects: workloads,
  judge: (workload, context) => {
    const policies = context.view.relations.policiesOf(workload);
    if (policies.length === 0) return notApplicable("no policy restricts it");
    if (policies.some((policy) => holdsUnknown(policy.body.spec))) return unknownUntilDeployment("a policy's rules");
    const needs = needsOf(workload, context, policies);
    const shut = needs.filter((need) => !isAllowed(need, policies, context.view));
    const shown = shut.map((need) => `${need.direction.toLowerCase()} ${need.port} (${need.what})`);
    return shown.length > 0
      ? fail(`shuts out ${[...new Set(shown)].join(", ")}`)
      : pass(`leaves open all ${needs.length} ports that it is known to need`);
  },
});

function needsOf(workload: Workload, context: Context, policies: readonly Resource[]): readonly Need[] {
  const needs: Need[] = [...dependencies(workload, context), ...served(workload, context)];
  if (policies.some((policy) => restricts(policy, "Egress")) && (needs.length > 0 || workload.longRunning)) {
    needs.push({ what: "DNS", direction: "Egress", port: 53, protocol: "UDP" });
  }
  const port = Number(workload.podAnnotations["prometheus.io/port"]);
  if (workload.podAnnotations["prometheus.io/scrape"] === "true" && Number.isInteger(port)) {
    needs.push({ what: "metrics", direction: "Ingress", port, ...chartNamespace(/prometheus/, workload, context) });
  }
  if (isInMesh(workload, context)) needs.push({ what: "istiod", direction: "Egress", port: 15012 });
  return needs;
}

/** Services of the input that the environment or an argument names with a port of theirs. */
function dependencies(workload: Workload, { view }: Context): Need[] {
  const spoken = [...argumentsOf(workload)];
  for (const container of workload.containers) {
    for (const value of environmentOf(container, workload, view).values()) {
      if (typeof value === "string" && value.length < 2000) spoken.push(value);
    }
    spoken.push(...addressesOf(environmentOf(container, workload, view)));
  }
  return spoken.flatMap((text) =>
    [...text.matchAll(HOST_PORT)].flatMap(([, host = "", port = ""]) => {
      const { cluster } = workload.resource;
      const [name = "", namespace = workload.resource.namespace, ...rest] = host.split(".");
      const service = view.find({ cluster, kind: "Service", namespace, name });
      if (service) return needOf(service, Number(port), view);
      if (isDatabaseService(name, namespace, { cluster, view })) {
        return [
          { what: `PostgreSQL at ${name}`, direction: "Egress" as const, port: Number(port), peerNamespace: namespace },
        ];
      }
      // A Service that a chart brings, in a namespace that the program makes; anything else is a host outside.
      const inside = (rest.length === 0 || rest[0] === "svc") && host.includes(".");
      return inside && view.find({ cluster, kind: "Namespace", namespace: "", name: namespace })
        ? [{ what: host, direction: "Egress" as const, port: Number(port), peerNamespace: namespace }]
        : [];
    }),
  );
}

/** Services that CloudNativePG makes for a cluster: its own three, and those that the cluster asks for. */
function isDatabaseService(
  name: string,
  namespace: string,
  { cluster, view }: { readonly cluster: string; readonly view: Context["view"] },
): boolean {
  return databasesOf(view)
    .filter((database) => database.cluster === cluster && database.namespace === namespace)
    .some((database) => {
      const additional = records(at(database.body, "spec", "managed", "services", "additional"));
      const named = additional.map((entry) => at(entry, "serviceTemplate", "metadata", "name"));
      return [...["rw", "ro", "r"].map((suffix) => `${database.name}-${suffix}`), ...named].includes(name);
    });
}

/** `X_HOST` and `X_PORT` are one address in two variables. */
function addressesOf(environment: ReturnType<typeof environmentOf>): string[] {
  return [...environment].flatMap(([name, host]) => {
    const port = name.endsWith("_HOST") ? environment.get(name.replace(/_HOST$/, "_PORT")) : undefined;
    return typeof host === "string" && typeof port === "string" ? [`${host}:${port}`] : [];
  });
}

/** The namespace of the chart that brings something, where one of the input does. */
function chartNamespace(chart: RegExp, { resource }: Workload, { view }: Context): { readonly peerNamespace?: string } {
  const found = releases(view).find(
    (release) => chart.test(release.title) && (release.cluster ?? resource.cluster) === resource.cluster,
  );
  return found ? { peerNamespace: found.namespace } : {};
}

function needOf(service: Resource, port: number, view: Context["view"]): Need[] {
  const entry = records(at(service.body, "spec", "ports")).find((candidate) => candidate.port === port);
  const peer = view.relations.selectedByService(service)[0];
  const what = `Service ${service.name}`;
  return [{ what, direction: "Egress", port: podPort(entry?.targetPort, peer) ?? port, ...(peer ? { peer } : {}) }];
}

function served(workload: Workload, context: Context): Need[] {
  const controller = chartNamespace(/ingress|traefik|contour/, workload, context);
  return context.view.relations.servicesOf(workload).flatMap((service) =>
    records(at(service.body, "spec", "ports")).flatMap((entry) => {
      const port = podPort(entry.targetPort ?? entry.port, workload);
      if (port === undefined) return [];
      const need: Need = { what: `its Service ${service.name}`, direction: "Ingress", port };
      const routed = controller.peerNamespace !== undefined && isRoutedTo(service, entry, context.view);
      return routed ? [need, { ...need, what: `the Ingress controller`, ...controller }] : [need];
    }),
  );
}

function isRoutedTo(service: Resource, port: Plain, view: Context["view"]): boolean {
  return view
    .ofKind("Ingress")
    .filter(({ cluster, namespace }) => cluster === service.cluster && namespace === service.namespace)
    .flatMap((ingress) => records(at(ingress.body, "spec", "rules")))
    .flatMap((rule) => records(at(rule, "http", "paths")))
    .map((path) => at(path, "backend", "service"))
    .some(
      (backend) =>
        at(backend, "name") === service.name &&
        [at(backend, "port", "name"), at(backend, "port", "number")].some((p) => p === port.name || p === port.port),
    );
}

function podPort(target: unknown, workload: Workload | undefined): number | undefined {
  if (typeof target !== "string") return number(target);
  const ports = (workload?.containers ?? []).flatMap(({ spec }) => records(spec.ports));
  return number(ports.find((entry) => entry.name === target)?.containerPort);
}

function isInMesh({ resource, podLabels }: Workload, { view }: Context): boolean {
  const inject = podLabels["sidecar.istio.io/inject"];
  if (inject !== undefined) return inject === "true";
  const { cluster, namespace } = resource;
  const labels = view.find({ cluster, kind: "Namespace", namespace: "", name: namespace })?.labels;
  return labels?.["istio-injection"] === "enabled" || labels?.["istio.io/rev"] !== undefined;
}
