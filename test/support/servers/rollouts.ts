import { flags } from "../../../common/flags.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { oncePer } from "../once-per.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";
import { CONTROL_PLANE, type Region } from "./region/region.js";

/** The Argo Rollouts controller of one region. */
export interface RolloutsController {
  /** Kills it, as a node that dies does. */
  readonly kill: () => Promise<void>;
  /** Starts it again after it was killed. */
  readonly start: () => Promise<void>;
  /** What it exports to Prometheus. */
  readonly metrics: () => Promise<string>;
}

/** The region's controller, started on first use and shared by every test file; it ends with the process. */
export const rolloutsController = oncePer(open);

async function open(region: Region): Promise<RolloutsController> {
  const program = await ensureServer("rollouts-controller");
  const [port = 0] = await freePorts(1);
  let server = await launch(program, region, port);
  return {
    kill: async () => await server.stop(),
    start: async () => {
      server = await launch(program, region, port);
    },
    metrics: async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  };
}

/** The controller's command line. */
export function rolloutsFlags(kubeconfig: string, ports: { readonly metrics: number; readonly health: number }) {
  const { metrics: metricsPort, health: healthzPort } = ports;
  return flags({ kubeconfig, metricsPort, healthzPort, "leader-elect": false, loglevel: "warn" });
}

async function launch(program: string, region: Region, metrics: number): Promise<ServerProcess> {
  const [health = 0] = await freePorts(1);
  const args = rolloutsFlags(region.kubeconfigFile, { metrics, health });
  const server = startProcess(program, args, {
    folder: region.folder,
    name: "rollouts-controller",
    env: CONTROL_PLANE,
  });
  await server.until("the rollouts controller to be ready", async () =>
    (await fetch(`http://127.0.0.1:${health}/healthz`)).ok ? true : undefined,
  );
  return server;
}
