import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { poll } from "../../common/poll.js";
import { accepts, freePorts } from "../../common/ports.js";
import { Authority } from "./certificates.js";
import { connect, startApi, startControllers, type ControlPlane, type ControlPlanePlan } from "./control-plane.js";
import { isRunning, type Ledger } from "./ledger.js";
import type { Place, Segment } from "./network.js";
import { startNode, type LocalNode } from "./node.js";
import { kubeconfig } from "./servers/region/access.js";
import type { KubeApi } from "./servers/region/api.js";
import { holds } from "./servers/region/conditions.js";
import { Space } from "./space.js";
import { startBeside } from "./start-beside.js";
import { dnsObjects } from "./system/dns.js";
import { metricsObjects } from "./system/metrics.js";

export interface RegionPlan {
  readonly name: string;
  readonly nodes: number;
  /** Range of the pods, a /16; each node has a /24 of it. */
  readonly podCidr: string;
  readonly serviceCidr: string;
}

/** One region of a local platform: a control plane and nodes on which pods run. */
export interface LocalRegion {
  readonly name: string;
  readonly plan: RegionPlan;
  readonly controlPlane: ControlPlane;
  readonly nodes: readonly LocalNode[];
  readonly api: KubeApi;
  /** A kubeconfig for this machine, whose user may do everything. */
  readonly kubeconfigFile: string;
}

/** What objects are deployed onto: also a region that an earlier run of the command started. */
export type RunningRegion = Pick<LocalRegion, "name" | "plan" | "api" | "kubeconfigFile"> & {
  readonly nodes: readonly { readonly name: string; readonly place: Pick<Place, "space"> }[];
};

export interface RegionSurroundings {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly segment: Segment;
  readonly metrics: boolean;
  /** Archives that every node imports. */
  readonly images: readonly string[];
}

/** A port of this machine's loopback that leads to where socat is told, for tools that know only ports; it is open. */
export async function openPort(target: string, ledger: Ledger): Promise<number> {
  const [port = 0] = await freePorts(1);
  const args = [`TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`, target];
  const child = spawn("socat", args, { detached: true, stdio: "ignore" });
  child.unref();
  if (child.pid === undefined) throw new Error("socat did not start (Debian: apt-get install socat)");
  const way = await ledger.process(`port ${port}`, child.pid);
  await poll(
    async () => {
      if (!isRunning(way)) throw new Error("socat has ended");
      return (await accepts(port)) || undefined;
    },
    { what: `port ${port} to be open`, timeoutMs: 10_000, intervalMs: 20 },
  );
  return port;
}

export const nodeName = (plan: RegionPlan, index: number): string => `${plan.name}-${index + 1}`;
const nodeCidr = (plan: RegionPlan, index: number): string => plan.podCidr.replace(/\.0\.0\/16$/, `.${index + 1}.0/24`);

interface OpenPlane {
  readonly controlPlane: ControlPlane;
  readonly api: KubeApi;
  readonly kubeconfigFile: string;
  readonly authorityFile: string;
}

async function openPlane(plan: RegionPlan, around: RegionSurroundings): Promise<OpenPlane> {
  const folder = join(around.folder, plan.name);
  await mkdir(folder, { recursive: true });
  const space = await Space.open(`${plan.name}-control-plane`, folder, around.ledger);
  const place = await around.segment.join(space);
  const names = Array.from({ length: plan.nodes }, (_, index) => nodeName(plan, index));
  const planePlan: ControlPlanePlan = {
    region: plan.name,
    place,
    authority: await Authority.create(folder),
    serviceCidr: plan.serviceCidr,
    socket: join(folder, "api.sock"),
    users: [
      { name: "system:kube-proxy", groups: [] },
      ...names.map((name) => ({ name: `system:node:${name}`, groups: ["system:nodes"] })),
    ],
  };
  const controlPlane = await startApi(planePlan);
  const port = await openPort(`UNIX-CONNECT:${planePlan.socket}`, around.ledger);
  const api = await connect(planePlan, port, controlPlane);
  await startControllers(planePlan, controlPlane);
  const kubeconfigFile = join(folder, "kubeconfig");
  const access = { ...api.access, caFile: planePlan.authority.certificate };
  await writeFile(kubeconfigFile, kubeconfig(plan.name, access), { mode: 0o600 });
  await around.ledger.note(`kubeconfig ${plan.name}`, kubeconfigFile);
  return { controlPlane, api, kubeconfigFile, authorityFile: planePlan.authority.certificate };
}

async function awaitNodes(api: KubeApi, plan: RegionPlan): Promise<void> {
  await poll(
    async () => {
      const nodes = await api.list("v1", "Node");
      return nodes.filter((node) => holds(node, "Ready")).length === plan.nodes ? true : undefined;
    },
    { what: `${plan.nodes} nodes of ${plan.name} to be ready`, timeoutMs: 180_000, intervalMs: 250 },
  );
}

async function startNodes(plan: RegionPlan, around: RegionSurroundings, plane: OpenPlane) {
  return await Promise.all(
    Array.from({ length: plan.nodes }, async (_, index) => {
      const name = nodeName(plan, index);
      const folder = join(around.folder, name);
      await mkdir(folder, { recursive: true });
      const podCidr = nodeCidr(plan, index);
      const space = await Space.open(name, folder, around.ledger);
      // Services' addresses are behind the first node for whoever is not a node of the region.
      const place = await around.segment.join(space, index === 0 ? [podCidr, plan.serviceCidr] : [podCidr]);
      const zone = `${plan.name}${"abc"[index % 3] ?? "a"}`;
      const { name: region, podCidr: clusterCidr, serviceCidr } = plan;
      const ranges = { podCidr, clusterCidr, serviceCidr };
      const cgroup = `agent-platform-${basename(around.folder)}-${name}`;
      const { authorityFile, controlPlane } = plane;
      const nodePlan = { name, region, zone, place, ...ranges, authorityFile, images: around.images, cgroup };
      return await startNode(nodePlan, controlPlane, around.ledger);
    }),
  );
}

/** Starts a region; ready when its nodes are, and its DNS and metrics are on their way. */
export async function startLocalRegion(plan: RegionPlan, around: RegionSurroundings): Promise<LocalRegion> {
  const plane = await openPlane(plan, around);
  const { controlPlane, api, kubeconfigFile } = plane;
  const nodes = await startNodes(plan, around, plane);
  const pids = Object.fromEntries(nodes.map(({ name, place }) => [name, place.space.pid]));
  const folders = Object.fromEntries(nodes.map(({ name, place }) => [name, join(place.space.folder, "lib")]));
  const beside = { kubeconfig: kubeconfigFile, nodes: pids, folders };
  await startBeside(`${plan.name} (policies, volumes, operator)`, beside, {
    ...around,
    folder: join(around.folder, plan.name),
  });
  for (const object of [...dnsObjects(plan.serviceCidr), ...(around.metrics ? metricsObjects() : [])]) {
    await api.apply(object, { manager: "agent-platform-local" });
  }
  await awaitNodes(api, plan);
  return { name: plan.name, plan, controlPlane, nodes, api, kubeconfigFile };
}
