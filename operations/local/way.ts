import { ExitCode, PlatformError } from "../../common/errors.js";
import type { Ledger } from "./ledger.js";
import { openPort, type RunningRegion } from "./region.js";
import { holds } from "./servers/region/conditions.js";

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
}

interface PodSpec {
  readonly nodeName?: string;
  readonly containers: readonly {
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  }[];
}

/** A pod that a Service leads to, and where. */
export interface Way {
  readonly pod: string;
  /** Port of this machine's loopback. */
  readonly port: number;
}

interface Wanted {
  readonly namespace: string;
  readonly service: string;
}

/**
 * Opens a port of this machine that leads to a ready pod behind the first port of a Service, through the pod's own node
 * as the kubelet's probes go. It ends with the platform.
 * @throws PlatformError exit code 2 where there is no such Service, 4 where no pod behind it is ready.
 */
export async function openWay(region: RunningRegion, { namespace, service }: Wanted, ledger: Ledger): Promise<Way> {
  const services = await region.api.list("v1", "Service", { namespace });
  const found = services.find(({ metadata }) => metadata.name === service);
  const { selector = {}, ports: [first] = [] } = (found?.spec ?? {}) as ServiceSpec;
  if (first === undefined) {
    const names = services.map(({ metadata }) => metadata.name).join(", ");
    throw new PlatformError("there is no such service", ExitCode.configuration, [
      { path: "service", received: service, rule: `must be a Service of ${region.name}`, fix: `one of ${names}` },
    ]);
  }
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = await region.api.list("v1", "Pod", { namespace, labelSelector });
  const pod = pods.find((candidate) => holds(candidate, "Ready"));
  const { nodeName, containers } = (pod?.spec ?? { containers: [] }) as PodSpec;
  const node = region.nodes.find(({ name }) => name === nodeName);
  if (pod === undefined || node === undefined)
    throw new PlatformError(`no pod behind ${service} is ready in ${region.name}`, ExitCode.resource);
  const named = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === first.targetPort);
  const target = named?.containerPort ?? first.targetPort ?? first.port;
  const { podIP } = pod.status as { readonly podIP: string };
  const inside = `EXEC:nsenter --target ${node.place.space.pid} --net socat STDIO TCP\\:${podIP}\\:${target}`;
  return { pod: pod.metadata.name, port: await openPort(inside, ledger) };
}
