import { join } from "node:path";

/** Where servers are built from source: what all that is built there share. */
export interface SourceModule {
  /** Folder with the `go.mod` that pins every module of the build. */
  readonly folder: string;
  /** Linker flags beyond stripping. */
  readonly linkerFlags?: string;
  /**
   * Patterns of packages, generated or seldom run, that are compiled without inlining, which takes a fifth less: what they
   * do is the same, so the cache's file name does not tell it.
   */
  readonly plain?: readonly string[];
}

/** How a server's binary is built from source. */
export interface Recipe {
  readonly module: SourceModule;
  /** Import path of the main package, or `.` for the module's own. */
  readonly mainPackage: string;
  /** Version of the server, for the cache's file name. */
  readonly version: string;
  /**
   * Roughly how long a build from cold takes on two cores, in seconds, after those above it in the table that are built from
   * the same module: told to whoever waits for it.
   */
  readonly seconds: number;
}

const modules = join(__dirname, "go");
const source = (name: string, rest: Omit<SourceModule, "folder"> = {}): SourceModule => ({
  folder: join(modules, name),
  ...rest,
});

/** Of control plane and nodes: what the stacks run. */
const KUBERNETES = "1.35.4";

/** Without these the API server answers /version with none that clients can parse. */
function versionStamps(): string {
  const [major, minor] = KUBERNETES.split(".");
  return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
    .flatMap((path) => [
      `-X ${path}.gitVersion=v${KUBERNETES}`,
      `-X ${path}.gitMajor=${major}`,
      `-X ${path}.gitMinor=${minor}`,
    ])
    .join(" ");
}

/** What a cluster is made of: one module, so that all share what is compiled. */
const cluster = source("cluster", {
  linkerFlags: versionStamps(),
  plain: ["k8s.io/api/...", "k8s.io/client-go/...", "k8s.io/kubernetes/..."],
});

const part = (mainPackage: string, version: string, seconds: number): Recipe => ({
  module: cluster,
  mainPackage,
  version,
  seconds,
});

const kubernetes = (name: string, seconds: number): Recipe =>
  part(`k8s.io/kubernetes/cmd/${name}`, KUBERNETES, seconds);

const cni = (path: string): Recipe => part(`github.com/containernetworking/plugins/plugins/${path}`, "1.8.0", 1);

const table = {
  etcd: part("./etcd", "3.6.16", 80),
  "kube-apiserver": kubernetes("kube-apiserver", 250),
  "kube-controller-manager": kubernetes("kube-controller-manager", 60),
  "kube-scheduler": kubernetes("kube-scheduler", 15),
  kubelet: kubernetes("kubelet", 80),
  "kube-proxy": kubernetes("kube-proxy", 15),
  ptp: cni("main/ptp"),
  loopback: cni("main/loopback"),
  "host-local": cni("ipam/host-local"),
  portmap: cni("meta/portmap"),
  coredns: part("./coredns", "1.14.3", 30),
  "metrics-server": part("./metrics-server", "0.8.0", 20),
  kwok: {
    module: source("kwok"),
    mainPackage: "sigs.k8s.io/kwok/cmd/kwok",
    version: "0.8.0",
    seconds: 60,
  },
  "rollouts-controller": {
    module: source("argo-rollouts"),
    mainPackage: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
    version: "1.10.1",
    seconds: 120,
  },
  "pilot-discovery": {
    module: source("istio-pilot"),
    mainPackage: "istio.io/istio/pilot/cmd/pilot-discovery",
    version: "1.31-alpha.20260827",
    seconds: 140,
  },
  "prometheus-adapter": {
    module: source("prometheus-adapter"),
    mainPackage: "sigs.k8s.io/prometheus-adapter/cmd/adapter",
    version: "0.12.0",
    seconds: 110,
  },
  versitygw: {
    module: source("versitygw", { plain: ["github.com/Azure/...", "github.com/aws/..."] }),
    mainPackage: "github.com/versity/versitygw/cmd/versitygw",
    version: "1.8.0",
    seconds: 110,
  },
  "fake-gcs-server": {
    module: source("fake-gcs"),
    mainPackage: "github.com/fsouza/fake-gcs-server",
    version: "1.56.1",
    seconds: 60,
  },
  "weaviate-server": {
    module: source("weaviate", {
      plain: ["github.com/weaviate/weaviate/adapters/handlers/...", "github.com/weaviate/weaviate/entities/models"],
    }),
    mainPackage: "github.com/weaviate/weaviate/cmd/weaviate-server",
    version: "1.35.2",
    seconds: 260,
  },
  "prometheus-operator": {
    module: source("prometheus-operator"),
    mainPackage: "github.com/prometheus-operator/prometheus-operator/cmd/operator",
    version: "0.93.1",
    seconds: 90,
  },
  "kube-state-metrics": {
    module: source("kube-state-metrics"),
    mainPackage: "k8s.io/kube-state-metrics/v2",
    version: "2.15.0",
    seconds: 100,
  },
  blackbox_exporter: {
    module: source("blackbox-exporter"),
    mainPackage: "github.com/prometheus/blackbox_exporter",
    version: "0.28.0",
    seconds: 45,
  },
  otelcol: { module: source("otel-collector"), mainPackage: ".", version: "0.158.0", seconds: 90 },
  vegeta: {
    module: source("vegeta"),
    mainPackage: "github.com/tsenart/vegeta/v12",
    version: "12.12.0",
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
  "k8s.io/kubernetes": join(modules, "cluster"),
  "github.com/google/cadvisor": join(modules, "cluster"),
} as const;
