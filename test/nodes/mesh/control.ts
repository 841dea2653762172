import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { flags } from "../../../common/flags.js";
import { provideDefinitions } from "../../../operations/local/deploy.js";
import type { LocalRegion } from "../../../operations/local/region.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import type { SpaceProcess } from "../../../operations/local/space.js";
import { oncePer } from "../../support/once-per.js";
import { rolloutsFlags } from "../../support/servers/rollouts.js";

const XDS_PORT = 15010;

/** What steers traffic and rollouts in one region: Istio's control plane, and the controller that writes its weights. */
export interface MeshControl {
  /** Where clients ask for routes, inside the segment. */
  readonly xds: string;
}

/** Routes alone: no certificates, webhooks or proxies of its own. */
async function startPilot({ controlPlane }: LocalRegion, kubeconfig: string): Promise<SpaceProcess> {
  const { space, address } = controlPlane.place;
  const program = await ensureServer("pilot-discovery");
  const meshConfig = join(space.folder, "mesh.yaml");
  await writeFile(meshConfig, stringify({ rootNamespace: "istio-system" }));
  const args = flags({
    kubeconfig,
    meshConfig,
    networksConfig: join(space.folder, "no-networks.yaml"),
    grpcAddr: `${address}:${XDS_PORT}`,
    httpAddr: "127.0.0.1:15080",
    monitoringAddr: "127.0.0.1:15014",
    secureGRPCAddr: "",
    httpsAddr: "",
    ctrlz_port: 0,
  });
  const env = {
    POD_NAMESPACE: "istio-system",
    POD_NAME: "istiod",
    ENABLE_CA_SERVER: "false",
    PILOT_CERT_PROVIDER: "none",
    INJECT_ENABLED: "false",
    VALIDATION_WEBHOOK_CONFIG_NAME: "",
  };
  const pilot = await space.start(program, ["discovery", ...args], { name: "pilot", env });
  await pilot.until("Istio's control plane to be ready", async () => {
    await space.get("http://127.0.0.1:15080/ready");
    return true;
  });
  return pilot;
}

async function startRollouts({ controlPlane }: LocalRegion, kubeconfig: string): Promise<void> {
  const { space } = controlPlane.place;
  const program = await ensureServer("rollouts-controller");
  const args = rolloutsFlags(kubeconfig, { metrics: 8090, health: 8080 });
  const controller = await space.start(program, args, { name: "rollouts-controller" });
  await controller.until("the rollouts controller to be ready", async () => {
    await space.get("http://127.0.0.1:8080/healthz");
    return true;
  });
}

async function open(region: LocalRegion): Promise<MeshControl> {
  const { api, controlPlane } = region;
  await provideDefinitions(api);
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } }, { manager: "charts" });
  const kubeconfig = await controlPlane.kubeconfigFor("admin");
  await startPilot(region, kubeconfig);
  await startRollouts(region, kubeconfig);
  return { xds: `${controlPlane.place.address}:${XDS_PORT}` };
}

/** The region's, started on first use and shared by the suite's files; it ends with the region. */
export const meshControl = oncePer(open);
