import { createHash } from "node:crypto";
import { cp, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheFolder, kept, say } from "../../../../operations/local/servers/cache.js";
import { ensureServers } from "../../../../operations/local/servers/ensure.js";
import { freePorts, removeFolder, startProcess, temporaryFolder, type ServerProcess } from "../process.js";
import { kubeconfig, writeCredentials, type Credentials } from "../../../../operations/local/servers/region/access.js";
import { KubeApi, type KubeObject } from "../../../../operations/local/servers/region/api.js";
import { installDefinitions } from "../../../../operations/local/servers/region/crds.js";
import { createFrontProxy, frontProxyFlags, type FrontProxy } from "./front-proxy.js";
import { createNodes, writeStages } from "./nodes.js";

/** One region: a control plane of its own with six simulated nodes in three zones. */
export interface Region {
  readonly name: string;
  readonly folder: string;
  /** Path of a kubeconfig whose user may do everything. */
  readonly kubeconfigFile: string;
  readonly api: KubeApi;
  readonly processes: Readonly<
    Record<"etcd" | "apiServer" | "controllerManager" | "scheduler" | "kwok", ServerProcess>
  >;
  /** Starts the API server again on the same port, after it was stopped. */
  readonly restartApiServer: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const SERVERS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
type Binaries = Record<(typeof SERVERS)[number], string>;

/** Folder of etcd's data, in the region's. */
const ETCD = "data";

/** A fifth of the control plane's processor time is garbage collection; memory is what there is enough of. */
export const CONTROL_PLANE = { GOGC: "400" };

/** Builds what is missing; called before any clock runs. */
export async function ensureRegionServers(): Promise<Binaries> {
  return await ensureServers(SERVERS);
}

function startEtcd(program: string, folder: string, ports: { client: number; peer: number }): ServerProcess {
  const client = `http://127.0.0.1:${ports.client}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  const urls = { "listen-client-urls": client, "advertise-client-urls": client, "listen-peer-urls": peer };
  const flags = { ...urls, "initial-advertise-peer-urls": peer, "initial-cluster": `default=${peer}` };
  const args = Object.entries({ ...flags, "data-dir": join(folder, ETCD), "log-level": "warn" });
  return startProcess(program, ["--unsafe-no-fsync", ...args.map(([key, value]) => `--${key}=${value}`)], {
    folder,
    name: "etcd",
    env: CONTROL_PLANE,
  });
}

interface ApiServerPlan {
  readonly folder: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly credentials: Credentials;
  readonly frontProxy: FrontProxy;
}

function startApiServer(program: string, plan: ApiServerPlan): ServerProcess {
  const args = [
    `--etcd-servers=http://127.0.0.1:${plan.etcdPort}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${plan.port}`,
    `--cert-dir=${join(plan.folder, "certificates")}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    // Its own address is loopback, which no endpoint may hold.
    "--endpoint-reconciler-type=none",
    "--authorization-mode=RBAC",
    // As managed clusters have it: what may run is for Pod Security to say.
    "--allow-privileged=true",
    `--token-auth-file=${plan.credentials.tokenFile}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${plan.credentials.serviceAccountPublicFile}`,
    `--service-account-signing-key-file=${plan.credentials.serviceAccountKeyFile}`,
    ...frontProxyFlags(plan.frontProxy),
    "--profiling=false",
  ];
  return startProcess(program, args, { folder: plan.folder, name: "kube-apiserver", env: CONTROL_PLANE });
}

async function awaitReady(server: ServerProcess, plan: ApiServerPlan): Promise<KubeApi> {
  const caFile = join(plan.folder, "certificates", "apiserver.crt");
  return await server.until("the API server to be ready", async () => {
    const api = new KubeApi({
      server: `https://127.0.0.1:${plan.port}`,
      certificateAuthority: await readFile(caFile, "utf8"),
      token: plan.credentials.adminToken,
    });
    const { status } = await api.ask("GET", "/readyz");
    if (status === 200) return api;
    api.close();
    return undefined;
  });
}

function startControllers(binaries: Binaries, folder: string, credentials: Credentials) {
  const kubeconfigFlag = `--kubeconfig=${join(folder, "kubeconfig")}`;
  const controllerManager = [
    kubeconfigFlag,
    "--secure-port=0",
    "--leader-elect=false",
    `--service-account-private-key-file=${credentials.serviceAccountKeyFile}`,
    `--root-ca-file=${join(folder, "certificates", "apiserver.crt")}`,
    // The nodes are simulated and cannot fail: one whose heartbeat is late on a busy machine must not lose its pods.
    "--node-monitor-grace-period=1h",
    // Test-sized: 15 s in production.
    "--horizontal-pod-autoscaler-sync-period=2s",
    "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
    "--horizontal-pod-autoscaler-cpu-initialization-period=0s",
  ];
  return {
    controllerManager: startProcess(binaries["kube-controller-manager"], controllerManager, {
      folder,
      name: "kube-controller-manager",
      env: CONTROL_PLANE,
    }),
    scheduler: startProcess(binaries["kube-scheduler"], [kubeconfigFlag, "--secure-port=0", "--leader-elect=false"], {
      folder,
      name: "kube-scheduler",
    }),
  };
}

async function startKwok(program: string, folder: string): Promise<ServerProcess> {
  const stages = await writeStages(folder);
  const args = [`--kubeconfig=${join(folder, "kubeconfig")}`, `--config=${stages}`];
  return startProcess(program, [...args, "--manage-all-nodes=true", "--server-address=127.0.0.1:0"], {
    folder,
    name: "kwok",
  });
}

interface ControlPlane {
  readonly plan: ApiServerPlan;
  readonly etcd: ServerProcess;
  readonly apiServer: ServerProcess;
  readonly api: KubeApi;
}

/** @param seed Folder of an etcd whose objects it starts with; it is copied. */
async function startControlPlane(binaries: Binaries, folder: string, seed?: string): Promise<ControlPlane> {
  const [client = 0, peer = 0, port = 0] = await freePorts(3);
  const credentials = await writeCredentials(folder);
  if (seed !== undefined) await cp(seed, join(folder, ETCD), { recursive: true });
  const etcd = startEtcd(binaries.etcd, folder, { client, peer });
  const frontProxy = await createFrontProxy(folder);
  const plan: ApiServerPlan = { folder, port, etcdPort: client, credentials, frontProxy };
  const apiServer = startApiServer(binaries["kube-apiserver"], plan);
  return { plan, etcd, apiServer, api: await awaitReady(apiServer, plan) };
}

/** A program as it is now: one that the user brought has no version in its name. */
async function stampOf(program: string): Promise<string> {
  const { size, mtimeMs } = await stat(program);
  return `${basename(program)} ${size} ${mtimeMs}`;
}

/**
 * Folder of an etcd in which an API server has installed the definitions: to install them takes two regions a dozen
 * seconds of both cores, to start with them next to none. Made on first use, and kept in the cache.
 */
export async function seedWith(definitions: readonly KubeObject[]): Promise<string> {
  const binaries = await ensureRegionServers();
  const programs = await Promise.all([binaries.etcd, binaries["kube-apiserver"]].map(stampOf));
  const made = [...programs, JSON.stringify(definitions)];
  const digest = createHash("sha256").update(made.join("\n")).digest("hex").slice(0, 12);
  const target = join(cacheFolder(), "data", `control-plane-${digest}`);
  return await kept(target, async (partial) => {
    say(`installing ${definitions.length} definitions once, for every region that will be started`);
    const folder = await temporaryFolder("seed");
    const { etcd, apiServer, api } = await startControlPlane(binaries, folder);
    await installDefinitions(api, definitions);
    api.close();
    await apiServer.stop("SIGTERM");
    await etcd.stop("SIGTERM");
    await cp(join(folder, ETCD), partial, { recursive: true });
    await removeFolder(folder);
  });
}

/**
 * Starts one region on loopback and random ports; ready when its API serves and its nodes are ready.
 * @param seed What `seedWith` made; default a cluster without definitions.
 */
export async function startRegion(name: string, seed?: string): Promise<Region> {
  const binaries = await ensureRegionServers();
  const folder = await temporaryFolder(name);
  const { plan, etcd, api, ...started } = await startControlPlane(binaries, folder, seed);
  let { apiServer } = started;
  const { credentials } = plan;
  const kubeconfigFile = join(folder, "kubeconfig");
  const caFile = join(folder, "certificates", "apiserver.crt");
  await writeFile(kubeconfigFile, kubeconfig(name, { ...api.access, caFile }), { mode: 0o600 });
  const controllers = startControllers(binaries, folder, credentials);
  const kwok = await startKwok(binaries.kwok, folder);
  await createNodes(api, name);
  await kwok.until(`the nodes of ${name} to be ready`, async () => {
    const nodes = await api.list("v1", "Node");
    const ready = nodes.filter((node) =>
      (node.status as { conditions?: { type: string; status: string }[] }).conditions?.some(
        ({ type, status }) => type === "Ready" && status === "True",
      ),
    );
    return ready.length === 6 ? true : undefined;
  });
  return {
    name,
    folder,
    kubeconfigFile,
    api,
    get processes() {
      return { etcd, apiServer, ...controllers, kwok };
    },
    restartApiServer: async () => {
      await apiServer.stop();
      apiServer = startApiServer(binaries["kube-apiserver"], plan);
      (await awaitReady(apiServer, plan)).close();
    },
    stop: async () => {
      api.close();
      const all = [kwok, controllers.scheduler, controllers.controllerManager, apiServer, etcd];
      await Promise.all(all.map((server) => server.stop()));
      await removeFolder(folder);
    },
  };
}
