import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { flags } from "../../common/flags.js";
import type { Authority } from "./certificates.js";
import type { Place } from "./network.js";
import { kubeconfig, writeCredentials, type ApiUser, type Credentials } from "./servers/region/access.js";
import { KubeApi } from "./servers/region/api.js";
import { ensureServers } from "./servers/ensure.js";
import type { SpaceProcess } from "./space.js";

export const API_PORT = 6443;
/** Servers of a control plane. */
export const CONTROL_PLANE = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
type Binaries = Record<(typeof CONTROL_PLANE)[number], string>;

export interface ControlPlanePlan {
  readonly region: string;
  readonly place: Place;
  readonly authority: Authority;
  /** Services' address range; its first address is the API server's. */
  readonly serviceCidr: string;
  readonly users: readonly ApiUser[];
  /** Path of the socket by which this machine reaches the API, past the network that leads nowhere. */
  readonly socket: string;
}

/** The control plane of one region, in a space of its own. */
export interface ControlPlane {
  readonly place: Place;
  readonly credentials: Credentials;
  readonly apiServer: SpaceProcess;
  /** Writes a kubeconfig for what runs inside the segment, and gives its path. */
  readonly kubeconfigFor: (user: string) => Promise<string>;
}

export function firstAddress(cidr: string, host: number): string {
  const [network = ""] = cidr.split("/");
  return network.replace(/\d+$/, String(host));
}

async function startEtcd(program: string, { place }: ControlPlanePlan): Promise<SpaceProcess> {
  const [client, peer] = ["http://127.0.0.1:2379", "http://127.0.0.1:2380"];
  const args = flags({
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    "data-dir": join(place.space.folder, "etcd"),
    "log-level": "warn",
  });
  return await place.space.start(program, ["--unsafe-no-fsync", ...args], { name: "etcd" });
}

async function startApiServer(program: string, plan: ControlPlanePlan, credentials: Credentials) {
  const { place, authority, serviceCidr } = plan;
  const names = ["DNS:localhost", "IP:127.0.0.1", `IP:${place.address}`, `IP:${firstAddress(serviceCidr, 1)}`];
  const own = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"].map((name) => `DNS:${name}`);
  const serving = await authority.issue("apiserver", "/CN=kube-apiserver", [...names, ...own]);
  const kubelets = await authority.issue("kubelet-client", "/O=system:masters/CN=kube-apiserver");
  const proxy = await authority.issue("front-proxy", "/CN=front-proxy-client");
  const args = flags({
    "etcd-servers": "http://127.0.0.1:2379",
    "bind-address": "0.0.0.0",
    "advertise-address": place.address,
    "secure-port": API_PORT,
    "tls-cert-file": serving.certificate,
    "tls-private-key-file": serving.key,
    "client-ca-file": authority.certificate,
    "kubelet-client-certificate": kubelets.certificate,
    "kubelet-client-key": kubelets.key,
    "kubelet-preferred-address-types": "InternalIP",
    "proxy-client-cert-file": proxy.certificate,
    "proxy-client-key-file": proxy.key,
    "requestheader-client-ca-file": authority.certificate,
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "enable-aggregator-routing": true,
    "service-cluster-ip-range": serviceCidr,
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "allow-privileged": true,
    "token-auth-file": credentials.tokenFile,
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": credentials.serviceAccountPublicFile,
    "service-account-signing-key-file": credentials.serviceAccountKeyFile,
    profiling: false,
  });
  return await place.space.start(program, args, { name: "kube-apiserver" });
}

/** Test-sized where a real cluster waits for minutes: everything here is on one machine. */
function controllerFlags(plan: ControlPlanePlan, credentials: Credentials): string[] {
  return flags({
    "secure-port": 0,
    "leader-elect": false,
    "service-account-private-key-file": credentials.serviceAccountKeyFile,
    "root-ca-file": plan.authority.certificate,
    "node-monitor-grace-period": "20s",
    "horizontal-pod-autoscaler-sync-period": "5s",
    "horizontal-pod-autoscaler-initial-readiness-delay": "5s",
    "horizontal-pod-autoscaler-cpu-initialization-period": "10s",
  });
}

async function kubeconfigs(plan: ControlPlanePlan, credentials: Credentials, user: string): Promise<string> {
  const { place, authority, region } = plan;
  const token = credentials.tokens[user] ?? credentials.adminToken;
  const file = join(place.space.folder, `${user.replaceAll(":", "-")}.kubeconfig`);
  const access = { server: `https://${place.address}:${API_PORT}`, caFile: authority.certificate, token };
  await writeFile(file, kubeconfig(region, access), { mode: 0o600 });
  return file;
}

/** Starts a region's API on its store. It does not serve yet: `connect` waits for that. */
export async function startApi(plan: ControlPlanePlan): Promise<ControlPlane> {
  const binaries: Binaries = await ensureServers(CONTROL_PLANE);
  const { space } = plan.place;
  const credentials = await writeCredentials(space.folder, plan.users);
  await startEtcd(binaries.etcd, plan);
  const apiServer = await startApiServer(binaries["kube-apiserver"], plan, credentials);
  // A socket of the file system crosses network namespaces; the segment itself stays without a way in or out.
  await space.start("socat", [`UNIX-LISTEN:${plan.socket},fork`, `TCP:${plan.place.address}:${API_PORT}`], {
    name: "api-socket",
  });
  return {
    place: plan.place,
    credentials,
    apiServer,
    kubeconfigFor: async (user) => await kubeconfigs(plan, credentials, user),
  };
}

/** The API by a port of this machine that leads to the region's socket. */
export async function connect(plan: ControlPlanePlan, port: number, plane: ControlPlane): Promise<KubeApi> {
  const certificateAuthority = await readFile(plan.authority.certificate, "utf8");
  const api = new KubeApi({
    server: `https://127.0.0.1:${port}`,
    certificateAuthority,
    token: plane.credentials.adminToken,
  });
  return await plane.apiServer.until(`the API of ${plan.region}`, async () =>
    (await api.ask("GET", "/readyz")).status === 200 ? api : undefined,
  );
}

/**
 * Starts controllers and scheduler beside an API that serves: the controller manager gives up on one that does not within
 * twenty seconds, which a busy machine may need.
 */
export async function startControllers(plan: ControlPlanePlan, { credentials }: ControlPlane): Promise<void> {
  const binaries: Binaries = await ensureServers(CONTROL_PLANE);
  const admin = `--kubeconfig=${await kubeconfigs(plan, credentials, "admin")}`;
  const start = async (program: "kube-controller-manager" | "kube-scheduler", args: readonly string[]) =>
    await plan.place.space.start(binaries[program], [admin, ...args], { name: program });
  await start("kube-controller-manager", controllerFlags(plan, credentials));
  await start("kube-scheduler", flags({ "secure-port": 0, "leader-elect": false }));
}
