import { runCommand } from "../../../common/command.js";
import type { KubeApi, KubeObject } from "../servers/region/api.js";
import { nodeRules, type ClusterView, type PodView } from "./rules.js";

interface PodShape {
  readonly spec: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers: readonly { readonly ports?: readonly { name?: string; containerPort: number }[] }[];
  };
  readonly status?: { readonly podIP?: string; readonly phase?: string };
}

function viewOf(object: KubeObject): PodView[] {
  const { spec, status } = object as unknown as PodShape;
  const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
  if (status?.podIP === undefined || spec.nodeName === undefined || spec.hostNetwork === true || ended) return [];
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  const named = ports.flatMap(({ name, containerPort }) =>
    name === undefined ? [] : [[name, containerPort] as const],
  );
  const { namespace = "default", name, labels = {} } = object.metadata;
  const place = { address: status.podIP, node: spec.nodeName, namedPorts: Object.fromEntries(named) };
  return [{ namespace, name, labels, ...place }];
}

async function look(api: KubeApi): Promise<ClusterView> {
  const [pods, namespaces, policies] = await Promise.all([
    api.list("v1", "Pod"),
    api.list("v1", "Namespace"),
    api.list("networking.k8s.io/v1", "NetworkPolicy"),
  ]);
  const labels = namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}] as const);
  return { pods: pods.flatMap(viewOf), namespaces: Object.fromEntries(labels), policies };
}

function inNode(pid: number, [program, ...args]: readonly [string, ...string[]], input = "") {
  const enter = ["--target", String(pid), "--net", "--mount", "--", program];
  return runCommand("nsenter", [...enter, ...args], { input });
}

/** Chains of ours that the rules no longer name are removed with the same write that no longer jumps to them. */
async function staleChains(pid: number, rules: string): Promise<string[]> {
  const { stdout } = await inNode(pid, ["iptables-save", "-t", "filter"]);
  const own = [...stdout.matchAll(/^:(AP-(?:IN|OUT)-\S+)/gm)].map(([, name = ""]) => name);
  return own.filter((chain) => !rules.includes(`:${chain} `));
}

class Node {
  private last = "";

  constructor(private readonly pid: number) {}

  /** Sends every packet that passes the node, or is meant for it, through our chain; done before any rule is in it. */
  async prepare(): Promise<void> {
    await inNode(this.pid, ["iptables", "-w", "-N", "AP-POLICY"]);
    for (const chain of ["FORWARD", "INPUT"])
      await inNode(this.pid, ["iptables", "-w", "-I", chain, "-j", "AP-POLICY"]);
  }

  async enforce(rules: string): Promise<void> {
    if (rules === this.last) return;
    const stale = await staleChains(this.pid, rules);
    const removal = stale.flatMap((chain) => [`:${chain} - [0:0]`, `-X ${chain}`]);
    const text = rules.replace("COMMIT\n", [...removal, "COMMIT\n"].join("\n"));
    await inNode(this.pid, ["iptables-restore", "--noflush", "--wait"], text);
    this.last = rules;
  }
}

/**
 * Enforces NetworkPolicies on the nodes of a region. The nodes' own firewall does the work, on the packets of real pods;
 * no enforcer that others wrote can be had from a package registry, so this part of a cluster is the platform's own.
 */
export class Enforcer {
  private constructor(
    private readonly api: KubeApi,
    private readonly nodes: readonly { readonly name: string; readonly node: Node }[],
  ) {}

  /** @param spaces Process id of each node's space. */
  static async open(api: KubeApi, spaces: Readonly<Record<string, number>>): Promise<Enforcer> {
    const nodes = Object.entries(spaces).map(([name, pid]) => ({ name, node: new Node(pid) }));
    for (const { node } of nodes) await node.prepare();
    return new Enforcer(api, nodes);
  }

  /** Looks at every policy and pod once, and writes the rules that follow from them. */
  async look(): Promise<void> {
    const view = await look(this.api);
    for (const { name, node } of this.nodes) await node.enforce(nodeRules(view, name));
  }
}
