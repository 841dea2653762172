import type { types } from "@pulumi/kubernetes";
import type { Store } from "../../config/schema/data.js";
import type { BucketRef } from "../clusters/cluster.js";
import { agentLabels } from "../contracts.js";
import { storeLabels } from "./names.js";

type Rule = types.input.networking.v1.NetworkPolicyIngressRule;
type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;
type Peer = types.input.networking.v1.NetworkPolicyPeer;

/** Label of the pods of backup jobs, which stores let in beside the agent. */
export const jobLabel = "agent-platform.io/job";

const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const pods = (labels: Readonly<Record<string, string>>): Peer => ({ podSelector: { matchLabels: { ...labels } } });
const namespace = (name: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

const dns: EgressRule = {
  to: [{ ...namespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

/** Port of the object store: that of its URL, else HTTPS. */
function endpointPort(bucket: BucketRef): number {
  if (bucket.endpoint === undefined) return 443;
  const url = new URL(bucket.endpoint);
  return url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port);
}

/** Way out to the object stores and to the servers that hand out the identity's tokens. */
export function objectStoreEgress(buckets: readonly BucketRef[]): EgressRule[] {
  if (buckets.length === 0) return [];
  return [
    { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp(...new Set(buckets.map(endpointPort))) },
    // EKS Pod Identity's agent, and GKE's metadata server under Dataplane V2 and without it.
    { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: tcp(80) },
    { to: [{ ipBlock: { cidr: "169.254.169.252/30" } }], ports: tcp(80, 987, 988) },
  ];
}

export interface StoreTraffic {
  readonly store: Store;
  /** Ports on which clients are served: the agent's pods and the store's backup jobs. */
  readonly clientPorts: readonly number[];
  /** Ports between the store's own pods. */
  readonly peerPorts: readonly number[];
  readonly metricsPort: number;
  readonly metricsNamespace: string;
  /** Namespace of an operator and the ports on which it talks to the pods. */
  readonly operator?: { readonly namespace: string; readonly ports: readonly number[] };
  /** Whether the pods talk to the API server, whose address no selector can name. */
  readonly apiServer?: boolean;
  /** Bucket that the pods themselves write to; absent where a job does it. */
  readonly bucket?: BucketRef;
}

/** Only the agent, the store's own peers and backup jobs, metrics and its operator get in; only what it needs gets out. */
export function storeNetworkPolicy(traffic: StoreTraffic): types.input.networking.v1.NetworkPolicySpec {
  const self = storeLabels(traffic.store);
  const ingress: Rule[] = [
    {
      from: [pods({ app: agentLabels.app }), pods({ [jobLabel]: traffic.store })],
      ports: tcp(...traffic.clientPorts),
    },
    { from: [namespace(traffic.metricsNamespace)], ports: tcp(traffic.metricsPort) },
  ];
  const egress: EgressRule[] = [dns, ...objectStoreEgress(traffic.bucket === undefined ? [] : [traffic.bucket])];
  if (traffic.peerPorts.length > 0) {
    ingress.push({ from: [pods(self)], ports: tcp(...traffic.peerPorts) });
    egress.push({ to: [pods(self)], ports: tcp(...traffic.peerPorts) });
  }
  if (traffic.operator !== undefined) {
    ingress.push({ from: [namespace(traffic.operator.namespace)], ports: tcp(...traffic.operator.ports) });
  }
  if (traffic.apiServer === true) egress.push({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp(443, 6443) });
  return { podSelector: { matchLabels: self }, policyTypes: ["Ingress", "Egress"], ingress, egress };
}

/** Backup jobs: nobody gets in; out to DNS, the stores named, the object store and, where asked, the API server. */
export function jobNetworkPolicy(
  job: string,
  reaches: readonly { readonly store: Store; readonly ports: readonly number[] }[],
  out: { readonly buckets?: readonly BucketRef[]; readonly apiServer?: boolean },
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: { [jobLabel]: job } },
    policyTypes: ["Ingress", "Egress"],
    egress: [
      dns,
      ...reaches.map(({ store, ports }) => ({ to: [pods(storeLabels(store))], ports: tcp(...ports) })),
      ...objectStoreEgress(out.buckets ?? []),
      ...(out.apiServer === true ? [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp(443, 6443) }] : []),
    ],
  };
}
