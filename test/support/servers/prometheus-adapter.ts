import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { poll } from "../../../common/poll.js";
import type { AdapterRule } from "../../../components/addons/prometheus-adapter.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { freePorts, startProcess, temporaryFolder, type ServerProcess } from "./process.js";
import type { Region } from "./region/region.js";

export const CUSTOM_METRICS = "custom.metrics.k8s.io";
const NAMESPACE = "observability";

const metadata = { name: "prometheus-adapter", namespace: NAMESPACE };

/** What the adapter's chart registers; `service` leads to where it listens. */
export function adapterRegistration(port: number, ...service: KubeObject[]): KubeObject[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    ...service,
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `v1beta1.${CUSTOM_METRICS}` },
      spec: {
        group: CUSTOM_METRICS,
        version: "v1beta1",
        service: { ...metadata, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}

const ports = (port: number) => [{ name: "https", port, protocol: "TCP" }];

/** A Service that leads to this machine's loopback. */
function onLoopback(port: number): KubeObject {
  const spec = { type: "ExternalName", externalName: "localhost", ports: ports(port) };
  return { apiVersion: "v1", kind: "Service", metadata, spec };
}

/** A Service that leads to an address. */
export function adapterAt(address: string, port: number): KubeObject[] {
  const labels = { "kubernetes.io/service-name": metadata.name };
  return [
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports: ports(port) } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels },
      addressType: "IPv4",
      ports: ports(port),
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    },
  ];
}

export interface AdapterPlan {
  readonly folder: string;
  readonly port: number;
  readonly prometheusUrl: string;
  readonly rules: readonly AdapterRule[];
  readonly kubeconfig: string;
  /** Address to listen on; default loopback. */
  readonly address?: string;
}

/** Writes the adapter's configuration, and gives its command line. */
export async function adapterFlags(plan: AdapterPlan): Promise<string[]> {
  const { folder, port, prometheusUrl, rules, kubeconfig, address = "127.0.0.1" } = plan;
  const config = join(folder, "adapter.yaml");
  await writeFile(config, stringify({ rules }, { lineWidth: 0 }));
  const access = ["lister", "authentication", "authorization"].map((use) => `--${use}-kubeconfig=${kubeconfig}`);
  const listen = [`--secure-port=${port}`, `--bind-address=${address}`, `--cert-dir=${folder}`];
  // Test-sized: 30 s in production.
  const args = [`--prometheus-url=${prometheusUrl}`, `--config=${config}`, "--metrics-relist-interval=1s"];
  return [...args, ...listen, ...access];
}

/** Starts the adapter beside a region, registers it with the API server, and waits until its API is served. */
export async function startAdapter(
  region: Region,
  prometheusUrl: string,
  rules: readonly AdapterRule[],
): Promise<Pick<ServerProcess, "stop">> {
  const program = await ensureServer("prometheus-adapter");
  const folder = await temporaryFolder("prometheus-adapter");
  const [port = 0] = await freePorts(1);
  const args = await adapterFlags({ folder, port, prometheusUrl, rules, kubeconfig: region.kubeconfigFile });
  const server = startProcess(program, args, { folder, name: "prometheus-adapter" });
  const registered = adapterRegistration(port, onLoopback(port));
  for (const object of registered) await region.api.apply(object, { manager: "charts" });
  await server.until("the custom metrics API", async () => {
    const { status } = await region.api.ask("GET", `/apis/${CUSTOM_METRICS}/v1beta1`);
    return status === 200 ? true : undefined;
  });
  return {
    stop: async () => {
      // An API that is registered and not served keeps every namespace of the cluster from being removed.
      for (const object of registered.toReversed()) await region.api.remove(object);
      await server.stop();
    },
  };
}

export interface PodMetric {
  readonly pod: string;
  readonly value: string;
}

/** A pods metric as the autoscaler asks for it. */
export async function podMetrics(region: Region, namespace: string, metric: string): Promise<PodMetric[]> {
  const path = `/apis/${CUSTOM_METRICS}/v1beta1/namespaces/${namespace}/pods/*/${metric}`;
  return await poll(
    async () => {
      const { status, body } = await region.api.ask<{
        items: { describedObject: { name: string }; value: string }[];
      }>("GET", path);
      if (status !== 200 || body.items.length === 0) return undefined;
      return body.items.map(({ describedObject, value }) => ({ pod: describedObject.name, value }));
    },
    { what: `${metric} in ${namespace}`, intervalMs: 250, timeoutMs: 120_000 },
  );
}
