import type { Resource } from "../../model/resource.js";
import { restricts } from "../../model/relations.js";
import { selects } from "../../model/selectors.js";
import type { PlatformView } from "../../model/view.js";
import { at, list, number, records, text, type Plain } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";

/** A port that pods need to reach or to be reached at. */
export interface Need {
  readonly what: string;
  readonly direction: "Ingress" | "Egress";
  readonly port: number;
  readonly protocol?: "TCP" | "UDP";
  /** The pods at the other end, where they are part of the input. */
  readonly peer?: Workload;
  /** Where the other end lives, where its pods are made by a chart. */
  readonly peerNamespace?: string;
}

/** Whether the policies of a workload let a need through; a direction that no policy restricts is open. */
export function isAllowed(need: Need, policies: readonly Resource[], view: PlatformView): boolean {
  const restricting = policies.filter((policy) => restricts(policy, need.direction));
  if (restricting.length === 0) return true;
  const [field, peers] = need.direction === "Ingress" ? ["ingress", "from"] : ["egress", "to"];
  return restricting.some((policy) =>
    records(at(policy.body, "spec", field)).some(
      (rule) => portsAllow(rule, need) && peersAllow(rule[peers], { need, policy, view }),
    ),
  );
}

function portsAllow(rule: Plain, need: Need): boolean {
  const ports = list(rule.ports);
  return (
    ports.length === 0 ||
    ports.some((entry) => {
      if (need.protocol !== undefined && (text(at(entry, "protocol")) ?? "TCP") !== need.protocol) return false;
      const port = at(entry, "port");
      const last = number(at(entry, "endPort"));
      const first = number(port);
      if (port === undefined || typeof port === "string") return true;
      return (
        first === need.port || (first !== undefined && last !== undefined && first <= need.port && need.port <= last)
      );
    })
  );
}

interface Scene {
  readonly need: Need;
  readonly policy: Resource;
  readonly view: PlatformView;
}

function peersAllow(peers: unknown, { need, policy, view }: Scene): boolean {
  const entries = records(peers);
  const namespace = need.peer?.resource.namespace ?? need.peerNamespace;
  if (entries.length === 0 || namespace === undefined) return true;
  return entries.some((entry) => {
    if (entry.ipBlock !== undefined) return true;
    const namespaces = entry.namespaceSelector;
    const { cluster } = policy;
    if (namespaces === undefined && namespace !== policy.namespace) return false;
    if (namespaces !== undefined) {
      const object = view.find({ cluster, kind: "Namespace", namespace: "", name: namespace });
      const labels = { ...object?.labels, "kubernetes.io/metadata.name": namespace };
      if (selects(namespaces, labels) === false) return false;
    }
    // Which pods a chart makes is not known: its namespace has to do.
    if (entry.podSelector === undefined || need.peer === undefined) return true;
    return selects(entry.podSelector, need.peer.podLabels) !== false;
  });
}
