import { selects } from "../../../policy/model/selectors.js";
import type { KubeObject } from "../servers/region/api.js";

type Labels = Readonly<Record<string, string>>;

/** A pod as the rules need it; one without an address is in nobody's way yet. */
export interface PodView {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly address: string;
  readonly node: string;
  readonly namedPorts: Readonly<Record<string, number>>;
}

export interface ClusterView {
  readonly pods: readonly PodView[];
  /** Labels of every namespace. */
  readonly namespaces: Readonly<Record<string, Labels>>;
  readonly policies: readonly KubeObject[];
}

interface Peer {
  readonly podSelector?: object;
  readonly namespaceSelector?: object;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

interface PolicySpec {
  readonly podSelector?: object;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export type Direction = "ingress" | "egress";

const specOf = (policy: KubeObject): PolicySpec => policy.spec as PolicySpec;

/** The policies that select a pod in one direction: where there are any, only what they allow passes. */
export function policiesOf(view: ClusterView, pod: PodView, direction: Direction): KubeObject[] {
  return view.policies.filter((policy) => {
    const { podSelector, policyTypes, egress } = specOf(policy);
    // Ingress is meant where nothing is said; egress where there are rules for it.
    const types = policyTypes ?? (egress === undefined ? ["Ingress"] : ["Ingress", "Egress"]);
    if (!types.includes(direction === "ingress" ? "Ingress" : "Egress")) return false;
    return policy.metadata.namespace === pod.namespace && selects(podSelector ?? {}, pod.labels) === true;
  });
}

function podsOf(view: ClusterView, peer: Peer, namespace: string): PodView[] {
  return view.pods.filter((pod) => {
    if (peer.namespaceSelector === undefined) {
      if (pod.namespace !== namespace) return false;
    } else if (selects(peer.namespaceSelector, view.namespaces[pod.namespace] ?? {}) !== true) return false;
    return selects(peer.podSelector ?? {}, pod.labels) === true;
  });
}

/** Matches of one peer, as arguments of a rule; `pod` where the peer is one, for its named ports. */
interface Match {
  readonly args: string;
  readonly pod?: PodView;
}

function matches(view: ClusterView, peer: Peer, at: { namespace: string; flag: string }): Match[] {
  if (peer.ipBlock === undefined) {
    return podsOf(view, peer, at.namespace).map((pod) => ({ args: `${at.flag} ${pod.address}/32`, pod }));
  }
  return [{ args: `${at.flag} ${peer.ipBlock.cidr}` }];
}

function portArgs(ports: readonly Port[] | undefined, named: Readonly<Record<string, number>>): string[] {
  if (ports === undefined || ports.length === 0) return [""];
  return ports.flatMap(({ protocol = "TCP", port, endPort }) => {
    const proto = `-p ${protocol.toLowerCase()}`;
    if (port === undefined) return [proto];
    const number = typeof port === "number" ? port : named[port];
    if (number === undefined) return [];
    return [`${proto} --dport ${endPort === undefined ? number : `${number}:${endPort}`}`];
  });
}

function ruleLines(
  view: ClusterView,
  given: { rule: Rule; pod: PodView; direction: Direction; chain: string },
): string[] {
  const { rule, pod, direction, chain } = given;
  const peers = direction === "ingress" ? rule.from : rule.to;
  const flag = direction === "ingress" ? "-s" : "-d";
  const named = (match: Match): Readonly<Record<string, number>> =>
    direction === "ingress" ? pod.namedPorts : (match.pod?.namedPorts ?? {});
  const allow = (match: Match): string[] =>
    portArgs(rule.ports, named(match)).map((port) => `-A ${chain} ${match.args} ${port} -j RETURN`);
  if (peers === undefined || peers.length === 0) return allow({ args: "" });
  return peers.flatMap((peer) => {
    const found = matches(view, peer, { namespace: pod.namespace, flag }).flatMap(allow);
    // What is excepted is skipped for this block alone: another rule may still allow it.
    const except = peer.ipBlock?.except ?? [];
    if (except.length === 0) return found;
    return found.map((line) => line.replace("-j RETURN", `${exceptArgs(except, flag)}-j RETURN`));
  });
}

const exceptArgs = (ranges: readonly string[], flag: string): string =>
  ranges.map((range) => `-m iprange ! ${flag === "-s" ? "--src-range" : "--dst-range"} ${rangeOf(range)} `).join("");

/** First and last address of a range. */
function rangeOf(cidr: string): string {
  const [network = "", bits = "32"] = cidr.split("/");
  const first = network.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const last = first + 2 ** (32 - Number(bits)) - 1;
  const text = (address: number): string =>
    [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
  return `${text(first)}-${text(last)}`;
}

/** Every chain of ours on one node, as `iptables-restore --noflush` reads it: whole and at once. */
export function nodeRules(view: ClusterView, node: string): string {
  const chains: string[] = [];
  const jumps: string[] = [];
  const lines: string[] = [];
  view.pods
    .filter((pod) => pod.node === node)
    .forEach((pod) => {
      for (const direction of ["ingress", "egress"] as const) {
        const policies = policiesOf(view, pod, direction);
        if (policies.length === 0) continue;
        // A chain's name has at most 28 characters, and an address is one pod's alone.
        const chain = `AP-${direction === "ingress" ? "IN" : "OUT"}-${pod.address}`;
        chains.push(chain);
        jumps.push(`-A AP-POLICY ${direction === "ingress" ? "-d" : "-s"} ${pod.address}/32 -j ${chain}`);
        for (const policy of policies) {
          for (const rule of specOf(policy)[direction] ?? [])
            lines.push(...ruleLines(view, { rule, pod, direction, chain }));
        }
        lines.push(`-A ${chain} -j DROP`);
      }
    });
  const established = "-A AP-POLICY -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN";
  return [
    "*filter",
    ...["AP-POLICY", ...chains].map((chain) => `:${chain} - [0:0]`),
    established,
    ...jumps,
    ...new Set(lines),
    "COMMIT",
    "",
  ]
    .map((line) => line.replace(/ +/g, " "))
    .join("\n");
}
