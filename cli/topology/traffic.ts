import type { ProgramRun } from "../preview/run-program.js";
import { dig, digList, digText, nodeId, type GraphReader } from "./graph.js";
import type { TopologyFlow, TopologyNode } from "./topology.js";

/** The public host, from the stack's outputs. */
export function publicHost(run: ProgramRun): TopologyNode | undefined {
  const host = digText(run.outputs, "hosts", "public");
  if (host === "") return undefined;
  const records = run.resources.some(({ type }) => type.endsWith("route53/record:Record"));
  return { id: "host", kind: "host", label: host, detail: records ? "Route 53" : "DNS is somebody else's" };
}

interface Answer {
  readonly target: string;
  readonly label: string;
}

/** From the host to each region's service, as the DNS records say; chains of standby names are followed. */
export function trafficFlows(graph: GraphReader, host: TopologyNode | undefined): TopologyFlow[] {
  if (host === undefined) return [];
  const flow = (region: string, label: string): TopologyFlow => ({
    from: host.id,
    to: nodeId("agent", region),
    kind: "traffic",
    label,
  });
  const answers = resolve(graph, host.label, new Set());
  if (answers.length === 0) return graph.regions.map(({ key, role }) => flow(key, role));
  return answers.flatMap(({ target, label }) => {
    const region = graph.regions.find(({ key }) => target.startsWith(`${key}.`));
    return region === undefined ? [] : [flow(region.key, label)];
  });
}

/** Names that a host's records end at: those that no other record with a routing policy answers. */
function resolve(graph: GraphReader, host: string, seen: Set<string>): Answer[] {
  if (seen.has(host)) return [];
  seen.add(host);
  const records = graph.all("route53/record:Record").filter(({ inputs }) => digText(inputs, "name") === host);
  const isStandbyName = (name: string): boolean => !graph.regions.some(({ key }) => name.startsWith(`${key}.`));
  return records.flatMap(({ inputs }) => {
    const target = digText(inputs, "records", 0);
    const label = routingLabel(inputs);
    const further = isStandbyName(target) ? resolve(graph, target, seen) : [];
    return further.length > 0
      ? further.map((answer) => ({ ...answer, label: `standby, ${answer.label}` }))
      : [{ target, label }];
  });
}

function routingLabel(inputs: unknown): string {
  const role = digText(inputs, "failoverRoutingPolicies", 0, "type");
  if (role !== "") return role.toLowerCase();
  const weight = digText(inputs, "weightedRoutingPolicies", 0, "weight");
  return weight === "" ? "all traffic" : `weight ${weight}`;
}

/** Inside a region: the split between stable and canary, and what the service keeps where. */
export function workloadFlows(graph: GraphReader): TopologyFlow[] {
  return graph.regions.flatMap(({ key }) => {
    const agent = nodeId("agent", key);
    const canary = nodeId("canary", key);
    const stores = ["postgres", "redis", "vector"].map((store): TopologyFlow => ({
      from: agent,
      to: nodeId("store", store, key),
      kind: "data",
      label: store === "postgres" && isStandby(graph, key) ? "reads" : "reads and writes",
    }));
    return [{ from: agent, to: canary, kind: "traffic", label: `${canaryWeight(graph, key)} %, x-canary` }, ...stores];
  });
}

function isStandby(graph: GraphReader, region: string): boolean {
  return graph
    .in(region, "postgresql.cnpg.io/v1:Cluster")
    .some(({ inputs }) => dig(inputs, "spec", "replica", "enabled") === true);
}

/** Weight of the canary's route as it is deployed, in percent. */
function canaryWeight(graph: GraphReader, region: string): string {
  for (const { inputs } of graph.in(region, ":VirtualService")) {
    for (const http of digList(inputs, "spec", "http")) {
      const routes = digList(http, "route");
      const canary = routes.find((route) => /^[\w-]+-(canary|preview)\./.test(digText(route, "destination", "host")));
      if (canary !== undefined && dig(canary, "weight") !== undefined) return digText(canary, "weight");
    }
  }
  return "0";
}
