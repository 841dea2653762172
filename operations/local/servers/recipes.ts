import { join } from "node:path";

/** How a server's binary is built from source. */
export interface Recipe {
  /** Folder with the `go.mod` that pins every module of the build. */
  readonly moduleFolder: string;
  /** Import path of the main package, or `.` for the module's own. */
  readonly mainPackage: string;
  /** Version of the server, for the cache's file name. */
  readonly version: string;
  /** Linker flags beyond stripping. */
  readonly linkerFlags?: string;
  /** Built without C, so that it runs in an image that holds nothing else; default false. */
  readonly static?: boolean;
  /** Roughly how long a build from cold takes on two cores, in seconds: told to whoever waits for it. */
  readonly seconds: number;
}

const modules = join(__dirname, "go");
const KUBERNETES = "1.36.2";

function kubernetes(name: string, seconds: number): Recipe {
  // Without these the API server answers /version with a placeholder, which clients refuse to parse.
  const stamps = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) => [
    `-X ${path}.gitVersion=v${KUBERNETES}`,
    `-X ${path}.gitMajor=1`,
    `-X ${path}.gitMinor=36`,
  ]);
  return {
    moduleFolder: join(modules, "kubernetes"),
    mainPackage: `k8s.io/kubernetes/cmd/${name}`,
    version: KUBERNETES,
    linkerFlags: stamps.join(" "),
    seconds,
  };
}

function kubernetesNode(name: string, seconds: number): Recipe {
  const version = "1.34.4";
  return {
    moduleFolder: join(modules, "kubernetes-node"),
    mainPackage: `k8s.io/kubernetes/cmd/${name}`,
    version,
    linkerFlags: `-X k8s.io/component-base/version.gitVersion=v${version}`,
    seconds,
  };
}

function cni(path: string): Recipe {
  return {
    moduleFolder: join(modules, "cni"),
    mainPackage: `github.com/containernetworking/plugins/plugins/${path}`,
    version: "1.8.0",
    seconds: 10,
  };
}

const table = {
  etcd: { moduleFolder: join(modules, "etcd"), mainPackage: ".", version: "3.6.16", seconds: 40 },
  "kube-apiserver": kubernetes("kube-apiserver", 170),
  "kube-controller-manager": kubernetes("kube-controller-manager", 45),
  "kube-scheduler": kubernetes("kube-scheduler", 10),
  kwok: {
    moduleFolder: join(modules, "kwok"),
    mainPackage: "sigs.k8s.io/kwok/cmd/kwok",
    version: "0.8.0",
    seconds: 60,
  },
  "rollouts-controller": {
    moduleFolder: join(modules, "argo-rollouts"),
    mainPackage: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
    version: "1.10.1",
    seconds: 120,
  },
  "pilot-discovery": {
    moduleFolder: join(modules, "istio-pilot"),
    mainPackage: "istio.io/istio/pilot/cmd/pilot-discovery",
    version: "1.31-alpha.20260827",
    seconds: 140,
  },
  "prometheus-adapter": {
    moduleFolder: join(modules, "prometheus-adapter"),
    mainPackage: "sigs.k8s.io/prometheus-adapter/cmd/adapter",
    version: "0.12.0",
    seconds: 110,
  },
  versitygw: {
    moduleFolder: join(modules, "versitygw"),
    mainPackage: "github.com/versity/versitygw/cmd/versitygw",
    version: "1.8.0",
    seconds: 90,
  },
  "fake-gcs-server": {
    moduleFolder: join(modules, "fake-gcs"),
    mainPackage: "github.com/fsouza/fake-gcs-server",
    version: "1.56.1",
    seconds: 60,
  },
  "weaviate-server": {
    moduleFolder: join(modules, "weaviate"),
    mainPackage: "github.com/weaviate/weaviate/cmd/weaviate-server",
    version: "1.35.2",
    seconds: 165,
  },
  kubelet: kubernetesNode("kubelet", 135),
  "kube-proxy": kubernetesNode("kube-proxy", 10),
  ptp: cni("main/ptp"),
  loopback: cni("main/loopback"),
  "host-local": cni("ipam/host-local"),
  portmap: cni("meta/portmap"),
  coredns: { moduleFolder: join(modules, "coredns"), mainPackage: ".", version: "1.14.3", static: true, seconds: 60 },
  "metrics-server": {
    moduleFolder: join(modules, "metrics-server"),
    mainPackage: "sigs.k8s.io/metrics-server/cmd/metrics-server",
    version: "0.9.0",
    static: true,
    seconds: 60,
  },
  "prometheus-operator": {
    moduleFolder: join(modules, "prometheus-operator"),
    mainPackage: "github.com/prometheus-operator/prometheus-operator/cmd/operator",
    version: "0.93.1",
    seconds: 90,
  },
  "kube-state-metrics": {
    moduleFolder: join(modules, "kube-state-metrics"),
    mainPackage: "k8s.io/kube-state-metrics/v2",
    version: "2.15.0",
    seconds: 100,
  },
  blackbox_exporter: {
    moduleFolder: join(modules, "blackbox-exporter"),
    mainPackage: "github.com/prometheus/blackbox_exporter",
    version: "0.28.0",
    seconds: 45,
  },
  otelcol: { moduleFolder: join(modules, "otel-collector"), mainPackage: ".", version: "0.158.0", seconds: 90 },
  vegeta: {
    moduleFolder: join(modules, "vegeta"),
    mainPackage: "github.com/tsenart/vegeta/v12",
    version: "12.12.0",
    static: true,
    seconds: 20,
  },
} satisfies Record<string, Recipe>;

export type ServerName = keyof typeof table;

export const recipes: Readonly<Record<ServerName, Recipe>> = table;

/** Modules whose files (CRDs, stages, sources of exporters) are read without building anything. */
export const dataModules = {
  "sigs.k8s.io/kwok": join(modules, "kwok"),
  "github.com/argoproj/argo-rollouts": join(modules, "argo-rollouts"),
  "istio.io/api": join(modules, "crds"),
  "github.com/cert-manager/cert-manager": join(modules, "crds"),
  "github.com/prometheus-operator/prometheus-operator": join(modules, "prometheus-operator"),
  "github.com/cloudnative-pg/cloudnative-pg": join(modules, "crds"),
  "github.com/cloudnative-pg/plugin-barman-cloud": join(modules, "crds"),
  "k8s.io/kubernetes": join(modules, "kubernetes-node"),
  "github.com/google/cadvisor": join(modules, "kubernetes-node"),
} as const;
