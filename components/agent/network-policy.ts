import { agentLabels, type StoreEndpoint } from "../contracts.js";
import { agentPorts } from "./names.js";

export interface NetworkPolicyArgs {
  readonly stores: readonly StoreEndpoint[];
  readonly ingressNamespace: string;
  readonly observabilityNamespace: string;
  readonly meshNamespace: string;
  /** Port of the telemetry collector. */
  readonly telemetryPort: number;
  /** Whether pods may reach HTTPS outside the cluster (R3). */
  readonly outboundHttps: boolean;
  /** Pods' address ranges, which outside HTTPS does not include: inside, each path has its own rule. */
  readonly podCidrs: readonly string[];
}

const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const inNamespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });

/** Instance metadata answers with the node's credentials; no pod of ours has business there. */
const METADATA_SERVICE = "169.254.169.254/32";

/** Envoy's merged metrics and its readiness, which Prometheus and the kubelet ask. */
const MESH_METRICS = 15020;
/** istiod serves configuration and certificates there. */
const ISTIOD = 15012;

function ingressRules(args: NetworkPolicyArgs) {
  return [
    { from: [inNamespace(args.ingressNamespace)], ports: tcp(agentPorts.http) },
    { from: [{ podSelector: { matchLabels: agentLabels } }], ports: tcp(agentPorts.grpc) },
    { from: [inNamespace(args.observabilityNamespace)], ports: tcp(agentPorts.http, MESH_METRICS) },
  ];
}

/** A store of ours is reached by its pods' labels; an external one has no pods, so its port is open to any address. */
function storeRule({ podLabels, port }: StoreEndpoint) {
  return podLabels === undefined
    ? { ports: tcp(port) }
    : { to: [{ podSelector: { matchLabels: podLabels } }], ports: tcp(port) };
}

function egressRules(args: NetworkPolicyArgs) {
  return [
    { to: [inNamespace("kube-system")], ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)] },
    ...args.stores.map(storeRule),
    { to: [{ podSelector: { matchLabels: agentLabels } }], ports: tcp(agentPorts.grpc) },
    { to: [inNamespace(args.observabilityNamespace)], ports: tcp(args.telemetryPort) },
    { to: [inNamespace(args.meshNamespace)], ports: tcp(ISTIOD) },
    ...(args.outboundHttps
      ? [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [METADATA_SERVICE, ...args.podCidrs] } }], ports: tcp(443) }]
      : []),
  ];
}

/** Who may talk to the agent's pods and whom they may talk to (R3); everything else is dropped. */
export function networkPolicySpec(args: NetworkPolicyArgs) {
  return {
    podSelector: { matchLabels: agentLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: ingressRules(args),
    egress: egressRules(args),
  };
}

/** Denies all that no other policy of the namespace allows. */
export const denyAllSpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
