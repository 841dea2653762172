import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { poll } from "../../../common/poll.js";
import type { AdapterRule } from "../../../components/addons/prometheus-adapter.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { freePorts, startProcess, temporaryFolder, type ServerProcess } from "./process.js";
import type { Region } from "./region/region.js";

const GROUP = "custom.metrics.k8s.io";
const NAMESPACE = "observability";

/** What the adapter's chart registers; the Service leads to loopback. */
function registration(port: number): KubeObject[] {
  const metadata = { name: "prometheus-adapter", namespace: NAMESPACE };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ name: "https", port, protocol: "TCP" }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `v1beta1.${GROUP}` },
      spec: {
        group: GROUP,
        version: "v1beta1",
        service: { ...metadata, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
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
  const config = join(folder, "config.yaml");
  await writeFile(config, stringify({ rules }, { lineWidth: 0 }));
  const access = ["lister", "authentication", "authorization"].map(
    (use) => `--${use}-kubeconfig=${region.kubeconfigFile}`,
  );
  const listen = [`--secure-port=${port}`, "--bind-address=127.0.0.1", `--cert-dir=${folder}`];
  // Test-sized: 30 s in production.
  const args = [`--prometheus-url=${prometheusUrl}`, `--config=${config}`, "--metrics-relist-interval=1s"];
  const server = startProcess(program, [...args, ...listen, ...access], { folder, name: "prometheus-adapter" });
  const registered = registration(port);
  for (const object of registered) await region.api.apply(object, { manager: "charts" });
  await server.until("the custom metrics API", async () => {
    const { status } = await region.api.ask("GET", `/apis/${GROUP}/v1beta1`);
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
  const path = `/apis/${GROUP}/v1beta1/namespaces/${namespace}/pods/*/${metric}`;
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
