/** What a tool is needed for; a purpose without tools needs nothing but Node. */
export const purposes = ["deploy", "test", "local"] as const;
export type Purpose = (typeof purposes)[number];

export interface Tool {
  readonly program: string;
  /** Arguments that print the version. */
  readonly version: readonly string[];
  readonly for: readonly Purpose[];
  readonly why: string;
  /** How to get it, on Debian and elsewhere. */
  readonly get: string;
  /** Folders besides PATH: Debian keeps some servers off it. */
  readonly folders?: readonly string[];
}

/** How programs that know no `--version` say theirs. */
const versionArguments: Readonly<Record<string, readonly string[]>> = {
  busybox: [],
  ip: ["-V"],
  openssl: ["version"],
  socat: ["-V"],
};

/** The suites install Debian's packages and build the rest themselves where they run as root. */
export const tools: readonly Tool[] = [
  {
    program: "git",
    version: ["--version"],
    for: ["deploy", "test", "local"],
    why: "the checkout",
    get: "apt-get install git",
  },
  {
    program: "pulumi",
    version: ["version"],
    for: ["deploy", "test"],
    why: "pulumi preview and up; the suite engine",
    get: "https://www.pulumi.com/docs/install (3.259 or later)",
  },
  {
    program: "aws",
    version: ["--version"],
    for: ["deploy"],
    why: "tokens of EKS clusters",
    get: "https://docs.aws.amazon.com/cli (version 2)",
  },
  {
    program: "gke-gcloud-auth-plugin",
    version: ["--version"],
    for: ["deploy"],
    why: "tokens of GKE clusters",
    get: "gcloud components install gke-gcloud-auth-plugin",
  },
  {
    program: "kubectl",
    version: ["version", "--client"],
    for: [],
    why: "to look into a cluster by hand",
    get: "https://kubernetes.io/docs/tasks/tools",
  },
  {
    program: "go",
    version: ["version"],
    for: ["test", "local"],
    why: "builds control planes and other servers from source, once",
    get: "https://go.dev/dl (1.26.1 or later)",
  },
  {
    program: "python3",
    version: ["--version"],
    for: ["test"],
    why: "zizmor and parliament",
    get: "apt-get install python3 python3-venv",
  },
  {
    program: "postgres",
    version: ["--version"],
    for: ["test", "local"],
    why: "backups and restores on a real server",
    get: "apt-get install postgresql-15",
    folders: ["/usr/lib/postgresql/15/bin"],
  },
  {
    program: "redis-server",
    version: ["--version"],
    for: ["test", "local"],
    why: "backups and restores on a real server",
    get: "apt-get install redis-server",
  },
  {
    program: "promtool",
    version: ["--version"],
    for: ["test"],
    why: "rules and alerts",
    get: "apt-get install prometheus",
  },
  {
    program: "chromium",
    version: ["--version"],
    for: ["test"],
    why: "the pages as a reader sees them",
    get: "apt-get install chromium",
  },
  ...(
    [
      ["containerd", "containerd", "starts the pods' containers"],
      ["runc", "runc", "starts the pods' containers"],
      ["iptables", "iptables", "addresses of services, network policies"],
      ["ip", "iproute2", "the nodes' network"],
      ["conntrack", "conntrack", "addresses of services"],
      ["socat", "socat", "ways from this machine into the nodes' network"],
      ["openssl", "openssl", "certificates of the control planes"],
      ["busybox", "busybox", "the image of init containers"],
      ["nsenter", "util-linux", "starts what runs on a node"],
    ] as const
  ).map(([program, debian, why]) => ({
    program,
    version: versionArguments[program] ?? ["--version"],
    for: ["test", "local"] as const,
    why,
    get: `apt-get install ${debian}`,
    folders: ["/usr/sbin", "/sbin"],
  })),
];
