import { ensureServer } from "../../../operations/local/servers/ensure.js";
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

const shared = new Map<Region, Promise<RolloutsController>>();

/** The region's controller, started on first use and shared by every test file; it ends with the process. */
export function rolloutsController(region: Region): Promise<RolloutsController> {
  let controller = shared.get(region);
  if (!controller) {
    controller = open(region);
    shared.set(region, controller);
  }
  return controller;
}

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

async function launch(program: string, region: Region, metrics: number): Promise<ServerProcess> {
  const [health = 0] = await freePorts(1);
  const flags = {
    kubeconfig: region.kubeconfigFile,
    metricsPort: metrics,
    healthzPort: health,
    "leader-elect": false,
    loglevel: "warn",
  };
  const args = Object.entries(flags).map(([key, value]) => `--${key}=${value}`);
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
