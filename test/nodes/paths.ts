import { poll } from "../../common/poll.js";
import type { LocalRegion } from "../../operations/local/region.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { restricted } from "../../operations/local/system/restricted.js";

const addressOf = ({ status }: KubeObject): string => (status as { podIP?: string } | undefined)?.podIP ?? "";

/** A pod that listens on a port and does nothing else, from whose network paths are tried. */
function probePod(namespace: string, port: number): KubeObject {
  const name = "probe";
  const command = ["sh", "-c", `exec nc -ll -p ${port} -e cat`];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name, image: "busybox:1.37.0", command, securityContext: restricted(10001) }],
    },
  };
}

/** Starts a probe pod and gives its address. */
export async function startProbe(region: LocalRegion, namespace: string, port = 8080): Promise<string> {
  const pod = probePod(namespace, port);
  await region.api.apply(pod, { manager: "test" });
  return await poll(
    async () => {
      const address = addressOf(await region.api.must("GET", await region.api.pathOf(pod)));
      return address === "" ? undefined : address;
    },
    { what: `the probe in ${namespace} to have an address`, timeoutMs: 60_000 },
  );
}

/** Addresses of the pods that labels select. */
export async function addresses(region: LocalRegion, namespace: string, labelSelector: string): Promise<string[]> {
  const pods = await region.api.list("v1", "Pod", { namespace, labelSelector });
  return pods.map(addressOf).filter((address) => address !== "");
}

const FIND = `for ns in /run/netns/*; do
  nsenter --net=$ns ip -4 -o address show eth0 2>/dev/null | grep -q "inet $1/" && echo $ns && break
done; true`;

/** Network namespace of a pod on its node, by the pod's address. */
async function networkOf(region: LocalRegion, address: string) {
  for (const { place } of region.nodes) {
    const { stdout } = await place.space.run("sh", ["-c", FIND, "find", address]);
    if (stdout.trim() !== "") return { space: place.space, path: stdout.trim() };
  }
  throw new Error(`no node of ${region.name} has a pod with the address ${address}`);
}

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Whether a pod can open a connection: tried from its own network, with its own rules. */
export async function connects(region: LocalRegion, from: string, target: Target): Promise<boolean> {
  const { space, path } = await networkOf(region, from);
  const attempt = ["3", "nsenter", `--net=${path}`, "busybox", "nc", "-w", "2", target.address, String(target.port)];
  const { exitCode } = await space.run("timeout", attempt, { allowExitCodes: [1, 124, 143] });
  return exitCode === 0;
}
