import { deliveryCases } from "./delivery-cases.js";

export type Raw = Record<string, unknown>;
export interface RawRegion {
  [key: string]: unknown;
  network: Record<string, unknown>;
  cluster: { nodePools: Record<string, unknown>[]; endpoint: Record<string, unknown> } & Record<string, unknown>;
}

export const regionsOf = (raw: Raw): RawRegion[] => raw.regions as RawRegion[];

/** A way to break production, and the path and the rule that must come back. */
export type RuleCase = readonly [name: string, break_: (raw: Raw) => void, path: string, rule: RegExp];

export const cases: readonly RuleCase[] = [
  ["two primaries", (raw) => (regionsOf(raw)[1]!.role = "primary"), "regions[].role", /exactly one region is primary/],
  ["no primary", (raw) => (regionsOf(raw)[0]!.role = "secondary"), "regions[].role", /exactly one region is primary/],
  ["equal keys", (raw) => (regionsOf(raw)[1]!.key = "us-east-1"), "regions[1].key", /keys are unique/],
  ["one region in production", (raw) => regionsOf(raw).pop(), "regions", /at least two regions/],
  [
    "overlapping ranges",
    (raw) => (regionsOf(raw)[1]!.network.cidr = "10.0.16.0/20"),
    "regions[1].network.cidr",
    /disjoint.*regions\[0\]\.network\.cidr/,
  ],
  [
    "ranges overlapping within a region",
    (raw) => (regionsOf(raw)[1]!.network.serviceCidr = "10.68.0.0/20"),
    "regions[1].network.serviceCidr",
    /disjoint/,
  ],
  [
    "min above desired nodes",
    (raw) => (regionsOf(raw)[0]!.cluster.nodePools[0]!.min = 9),
    "regions[0].cluster.nodePools[0]",
    /min ≤ desired ≤ max/,
  ],
  [
    "desired above max nodes",
    (raw) => (regionsOf(raw)[0]!.cluster.nodePools[0]!.desired = 99),
    "regions[0].cluster.nodePools[0]",
    /min ≤ desired ≤ max/,
  ],
  [
    "open control plane",
    (raw) => (regionsOf(raw)[0]!.cluster.endpoint.allowList = ["0.0.0.0/0"]),
    "regions[0].cluster.endpoint.allowList",
    /not open to the whole internet/,
  ],
  [
    "GKE regions of one project, one of which adopts a network",
    (raw) => {
      const [, west] = regionsOf(raw);
      const network = { cidr: "10.80.0.0/20", podCidr: "10.84.0.0/14", serviceCidr: "10.81.0.0/20" };
      const east = { ...west!, key: "us-east1", region: "us-east1", role: "primary" };
      raw.regions = [{ ...east, network: { ...network, controlPlaneCidr: "172.16.2.0/28" } }, west];
      const existing = { network: "shared", subnetwork: "agents", podRangeName: "pods", serviceRangeName: "services" };
      west!.network = { ...west!.network, existing };
    },
    "regions[1].network.existing",
    /form a fleet, whose Services come from one network/,
  ],
  ["unknown region", (raw) => (regionsOf(raw)[0]!.region = "us-west1"), "regions[0].region", /must be one of/],
  ["unknown cloud", (raw) => (regionsOf(raw)[0]!.cloud = "azure"), "regions[0].cloud", /aws, gcp or existing/],
  [
    "host bits in a range",
    (raw) => (regionsOf(raw)[0]!.network.cidr = "10.0.0.1/16"),
    "regions[0].network.cidr",
    /CIDR/,
  ],
  ["no CIDR", (raw) => (regionsOf(raw)[0]!.network.cidr = "ten"), "regions[0].network.cidr", /CIDR/],
  [
    "control plane that is no /28",
    (raw) => (regionsOf(raw)[1]!.network.controlPlaneCidr = "172.16.0.0/24"),
    "regions[1].network.controlPlaneCidr",
    /\/28/,
  ],
  [
    "unpinned Kubernetes",
    (raw) => (regionsOf(raw)[0]!.cluster.version = "latest"),
    "regions[0].cluster.version",
    /minor version/,
  ],
  [
    "single NAT in production",
    (raw) => (regionsOf(raw)[0]!.network.natGateways = "single"),
    "regions[0].network.natGateways",
    /egress/,
  ],
  [
    "requests above limits",
    (raw) => (raw.agent = { resources: { requests: { cpu: "3" } } }),
    "agent.resources.requests.cpu",
    /requests ≤ limits/,
  ],
  [
    "memory above limit",
    (raw) => (raw.agent = { resources: { requests: { memory: "4Gi" } } }),
    "agent.resources.requests.memory",
    /requests ≤ limits/,
  ],
  [
    "unparseable quantity",
    (raw) => (raw.agent = { resources: { limits: { cpu: "two" } } }),
    "agent.resources.limits.cpu",
    /CPU quantity/,
  ],
  ["replicas below the minimum", (raw) => (raw.agent = { replicas: 2 }), "agent.replicas", /minReplicas ≤ replicas/],
  [
    "minimum above maximum",
    (raw) => (raw.agent = { autoscaling: { minReplicas: 30 } }),
    "agent.replicas",
    /minReplicas ≤ replicas/,
  ],
  [
    "one replica in production",
    (raw) => (raw.agent = { replicas: 1, autoscaling: { minReplicas: 1 } }),
    "agent.autoscaling.minReplicas",
    /at least 2 replicas/,
  ],
  [
    "moving image tag",
    (raw) => (raw.agent = { image: "ghcr.io/example/agent:latest" }),
    "agent.image",
    /pinned images/,
  ],
  [
    "backup image of one's own without a digest",
    (raw) => (raw.backups = { image: "ghcr.io/acme/agent-platform-backup:1.0.0" }),
    "backups.image",
    /backup image by digest/,
  ],
  ["image without tag", (raw) => (raw.data = { redis: { image: "redis" } }), "data.redis.image", /pinned images/],
  [
    "budget that allows all to go",
    (raw) => (raw.agent = { disruption: { maxUnavailable: 3 } }),
    "agent.disruption.maxUnavailable",
    /leaves at least one/,
  ],
  [
    "drain longer than the grace period",
    (raw) => (raw.agent = { drain: { preStopSeconds: 60 } }),
    "agent.drain.graceSeconds",
    /grace period/,
  ],
  [
    "reserved environment",
    (raw) => (raw.agent = { config: { LOG_LEVEL: "x" } }),
    "agent.config.LOG_LEVEL",
    /set by the platform/,
  ],
  ["host outside the zone", (raw) => (raw.traffic = { host: "api.example.org" }), "traffic.host", /lies in the zone/],
  ["malformed host", (raw) => (raw.traffic = { host: "Agent API" }), "traffic.host", /host name/],
  ["equal hosts", (raw) => (raw.traffic = { canaryHost: "agent-api.example.com" }), "traffic", /hosts differ/],
  ...deliveryCases,
  [
    "unparseable cron",
    (raw) => (raw.backups = { redis: { schedule: "every day" } }),
    "backups.redis.schedule",
    /cron line/,
  ],
  [
    "a date that never comes",
    (raw) => (raw.backups = { redis: { schedule: "0 0 31 2 *" } }),
    "backups.redis.schedule",
    /cron line/,
  ],
  ["lock beyond retention", (raw) => (raw.backups = { lockDays: 10 }), "backups.redis.retentionDays", /object lock/],
  [
    "two PostgreSQL instances",
    (raw) => (raw.data = { postgres: { instances: 2 } }),
    "data.postgres.instances",
    /stop writing/,
  ],
  [
    "threshold that is not detection",
    (raw) => (raw.failover = { thresholdSeconds: 60 }),
    "failover.thresholdSeconds",
    /10 s × 3 = 30 s/,
  ],
  [
    "active-active over single writers",
    (raw) => (raw.failover = { mode: "active-active" }),
    "failover.mode",
    /postgres, redis, vector are not/,
  ],
  ["unpinned chart", (raw) => (raw.addons = { istio: { version: ">=1.27" } }), "addons.istio.version", /exact version/],
  [
    "availability of 1",
    (raw) => (raw.observability = { availability: 1 }),
    "observability.availability",
    /less than 1/,
  ],
  [
    "short exemption reason",
    (raw) => (raw.exemptions = [{ check: "x", resource: "y", reason: "no", expires: "2027-01-01" }]),
    "exemptions[0].reason",
    /at least 10 characters/,
  ],
];
