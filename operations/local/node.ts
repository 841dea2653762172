import { copyFile, chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { makeCgroup } from "./cgroups.js";
import { firstAddress, type ControlPlane } from "./control-plane.js";
import { loadImages } from "./images/load.js";
import type { Ledger } from "./ledger.js";
import type { Place } from "./network.js";
import { ensureServers } from "./servers/ensure.js";
import type { SpaceProcess } from "./space.js";

const CNI_PLUGINS = ["ptp", "loopback", "host-local", "portmap"] as const;
/** What is built for a node; the rest is Debian's. */
export const NODE = ["kubelet", "kube-proxy", ...CNI_PLUGINS] as const;
export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";
export const PAUSE_IMAGE = "agent-platform.local/pause:1";

export interface NodePlan {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly place: Place;
  readonly podCidr: string;
  /** Pods' range of the whole region, which kube-proxy does not rewrite. */
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  readonly authorityFile: string;
  /** Control group of everything that runs on it. */
  readonly cgroup: string;
  /** Archives to import. */
  readonly images: readonly string[];
}

/** A node on which pods really run. */
export interface LocalNode {
  readonly name: string;
  readonly place: Place;
  readonly processes: Readonly<Record<"containerd" | "kubelet" | "kubeProxy", SpaceProcess>>;
}

function containerdConfig(folder: string): string {
  // restrict_oom_score_adj: without it every sandbox dies where the machine does not let a process lower its own.
  return `
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${join(folder, "cni", "bin")}"
    conf_dir = "${join(folder, "cni", "conf")}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;
}

/** Every pod has a link of its own to the node: all of its packets pass the node's firewall. */
const network = (podCidr: string) => ({
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "ptp",
      ipam: { type: "host-local", ranges: [[{ subnet: podCidr }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true }, snat: true },
  ],
});

async function writeCni({ place, podCidr }: NodePlan): Promise<void> {
  const folder = join(place.space.folder, "cni");
  for (const part of ["bin", "conf"]) await mkdir(join(folder, part), { recursive: true });
  const binaries = await ensureServers(CNI_PLUGINS);
  for (const plugin of CNI_PLUGINS) {
    await copyFile(binaries[plugin], join(folder, "bin", plugin));
    await chmod(join(folder, "bin", plugin), 0o755);
  }
  await writeFile(join(folder, "conf", "pods.conflist"), JSON.stringify(network(podCidr)));
}

async function startContainerd({ place }: NodePlan): Promise<SpaceProcess> {
  const { space } = place;
  const file = join(space.folder, "containerd.toml");
  await writeFile(file, containerdConfig(space.folder));
  const containerd = await space.start("containerd", ["--config", file], { name: "containerd" });
  await containerd.until("containerd to answer", async () => {
    await space.run("ctr", ["--address", CONTAINERD_SOCKET, "version"]);
    return true;
  });
  return containerd;
}

function kubeletConfig(plan: NodePlan, cgroupRoot: string): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: "0.0.0.0",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: plan.authorityFile },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    failCgroupV1: false,
    failSwapOn: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: true,
    // A full volume is noticed within seconds; a minute is the default.
    volumeStatsAggPeriod: "10s",
    clusterDNS: [firstAddress(plan.serviceCidr, 10)],
    clusterDomain: "cluster.local",
    resolvConf: join(plan.place.space.folder, "resolv.conf"),
    podCIDR: plan.podCidr,
    maxPods: 100,
    // The machine's own disk and memory are not this node's to judge.
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: "5s",
    registerWithTaints: [],
    protectKernelDefaults: false,
    makeIPTablesUtilChains: true,
    logging: { verbosity: 1 },
  };
}

async function startKubelet(plan: NodePlan, plane: ControlPlane, ledger: Ledger): Promise<SpaceProcess> {
  const { kubelet } = await ensureServers(["kubelet"]);
  const { space, address } = plan.place;
  const cgroupRoot = await makeCgroup(plan.cgroup, ledger);
  const file = join(space.folder, "kubelet.yaml");
  await writeFile(file, stringify(kubeletConfig(plan, cgroupRoot)));
  await writeFile(join(space.folder, "resolv.conf"), "");
  const labels = [`topology.kubernetes.io/zone=${plan.zone}`, `topology.kubernetes.io/region=${plan.region}`];
  const args = [
    `--config=${file}`,
    `--kubeconfig=${await plane.kubeconfigFor(`system:node:${plan.name}`)}`,
    `--hostname-override=${plan.name}`,
    `--node-ip=${address}`,
    `--root-dir=/var/lib/kubelet`,
    `--node-labels=${labels.join(",")}`,
  ];
  return await space.start(kubelet, args, { name: "kubelet" });
}

async function startKubeProxy(plan: NodePlan, plane: ControlPlane): Promise<SpaceProcess> {
  const binaries = await ensureServers(["kube-proxy"]);
  const { space } = plan.place;
  const file = join(space.folder, "kube-proxy.yaml");
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: await plane.kubeconfigFor("system:kube-proxy") },
    hostnameOverride: plan.name,
    mode: "iptables",
    clusterCIDR: plan.clusterCidr,
    bindAddress: "0.0.0.0",
    iptables: { minSyncPeriod: "100ms" },
    // Limits of the whole machine are not this node's to change.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
  await writeFile(file, stringify(config));
  return await space.start(binaries["kube-proxy"], [`--config=${file}`], { name: "kube-proxy" });
}

/** Starts containerd, kubelet and kube-proxy in the place's space; the node registers itself. */
export async function startNode(plan: NodePlan, plane: ControlPlane, ledger: Ledger): Promise<LocalNode> {
  const { space } = plan.place;
  await space.run("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
  await writeCni(plan);
  const containerd = await startContainerd(plan);
  await loadImages(space, CONTAINERD_SOCKET, plan.images);
  const kubeProxy = await startKubeProxy(plan, plane);
  const kubelet = await startKubelet(plan, plane, ledger);
  return { name: plan.name, place: plan.place, processes: { containerd, kubelet, kubeProxy } };
}
