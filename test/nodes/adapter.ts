import { adapterRules } from "../../components/addons/prometheus-adapter.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { ensureServer } from "../../operations/local/servers/ensure.js";
import { adapterAt, adapterFlags, adapterRegistration, CUSTOM_METRICS } from "../support/servers/prometheus-adapter.js";

const PORT = 6444;

/** Starts the adapter beside a region's API server, registers it, and waits until its API is served. */
export async function startPodAdapter(
  { api, controlPlane }: LocalRegion,
  prometheusUrl: string,
  namespace: string,
): Promise<() => Promise<void>> {
  const { space, address } = controlPlane.place;
  const { folder } = space;
  const program = await ensureServer("prometheus-adapter");
  const kubeconfig = await controlPlane.kubeconfigFor("admin");
  const rules = adapterRules({ namespace });
  const flags = await adapterFlags({ folder, port: PORT, prometheusUrl, rules, kubeconfig, address });
  const adapter = await space.start(program, flags, { name: "prometheus-adapter" });
  const registered = adapterRegistration(PORT, ...adapterAt(address, PORT));
  for (const object of registered) await api.apply(object, { manager: "charts" });
  await adapter.until("the custom metrics API", async () => {
    const { status } = await api.ask("GET", `/apis/${CUSTOM_METRICS}/v1beta1`);
    return status === 200 ? true : undefined;
  });
  return async () => {
    // An API that is registered and not served keeps every namespace of the cluster from being removed.
    const [, ...own] = registered;
    for (const object of own.toReversed()) await api.remove(object);
    await adapter.stop();
  };
}
