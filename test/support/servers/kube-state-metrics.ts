import { flags } from "../../../common/flags.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { freePorts, startProcess } from "./process.js";
import type { Region } from "./region/region.js";

export interface KubeStateMetrics {
  readonly port: number;
  readonly metrics: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** kube-state-metrics beside a region, of one namespace's objects. */
export async function startKubeStateMetrics(region: Region, namespace: string): Promise<KubeStateMetrics> {
  const program = await ensureServer("kube-state-metrics");
  const [port = 0, telemetry = 0] = await freePorts(2);
  const args = flags({
    kubeconfig: region.kubeconfigFile,
    namespaces: namespace,
    host: "127.0.0.1",
    port,
    "telemetry-host": "127.0.0.1",
    "telemetry-port": telemetry,
  });
  const server = startProcess(program, args, { folder: region.folder, name: "kube-state-metrics" });
  const metrics = async (): Promise<string> => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await server.until("kube-state-metrics to answer", async () =>
    (await metrics()).includes("kube_") ? true : undefined,
  );
  return { port, metrics, stop: async () => await server.stop() };
}
