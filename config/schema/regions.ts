import { z } from "zod";
import { awsRegions, gcpRegions } from "./known-regions.js";
import { cidr, dnsLabel, doc, image, minorVersion, percent, positive, section } from "./primitives.js";

/** A network whose prefix length is within what the cloud takes for it. */
function sizedCidr(what: string, largest: number, smallest: number) {
  const range = largest === smallest ? `/${largest}` : `/${largest} to /${smallest}`;
  return cidr.refine((text) => {
    const prefix = Number(text.split("/")[1]);
    return !text.includes(":") && prefix >= largest && prefix <= smallest;
  }, `must be an IPv4 network of ${range}, the size of ${what}`);
}

const identity = {
  key: doc(
    dnsLabel.max(24, "must have at most 24 characters: clouds limit the names that it is part of"),
    "Name of the region in resource names and outputs; unique in the stack. Changing it replaces the region.",
  ),
  role: doc(z.enum(["primary", "secondary"]), "The primary holds the writable stores; exactly one region is primary."),
  weight: doc(
    percent.default(0),
    "Share of traffic in active-active mode, in percent; the weights of all regions sum to 100.",
  ),
};

const scaling = {
  min: doc(z.int().min(0).default(3), "Fewest nodes."),
  desired: doc(positive.default(3), "Nodes at creation; the autoscaler owns the number afterwards."),
  max: doc(positive.default(9), "Most nodes."),
};

const poolName = dnsLabel.max(16, "must have at most 16 characters: clouds limit the names that it is part of");

/** EKS's managed add-ons that a new cluster gets. */
export const eksAddons = ["vpc-cni", "kube-proxy", "coredns", "aws-ebs-csi-driver", "metrics-server"] as const;
export type EksAddonName = (typeof eksAddons)[number];

const eksNodePool = z.strictObject({
  name: doc(poolName, "Name of the node pool, of which each zone has a group. Changing it replaces the groups."),
  instanceTypes: doc(
    z.array(z.string().regex(/^[a-z0-9-]+\.[a-z0-9]+$/, "must be an EC2 instance type such as m7i.large")).min(1),
    "EC2 instance types.",
  ),
  capacityType: doc(z.enum(["ON_DEMAND", "SPOT"]).default("ON_DEMAND"), "How the nodes are bought."),
  diskGiB: doc(z.int().min(20).default(100), "Encrypted root volume, in GiB."),
  ...scaling,
});

const gkeNodePool = z.strictObject({
  name: doc(poolName, "Name of the node pool. Changing it replaces the pool."),
  machineType: doc(
    z.string().regex(/^[a-z0-9]+-[a-z0-9-]+$/, "must be a machine type such as e2-standard-4"),
    "Compute Engine machine type.",
  ),
  spot: doc(z.boolean().default(false), "Spot nodes."),
  diskGiB: doc(z.int().min(20).default(100), "Boot disk, in GiB."),
  ...scaling,
});

const endpoint = {
  allowList: doc(
    z.array(cidr).default([]),
    "Networks that may reach the control plane's public endpoint; empty means private only.",
  ),
};

const existingVpc = z.strictObject({
  vpcId: doc(z.string().regex(/^vpc-[0-9a-f]+$/, "must be a VPC id such as vpc-0123456789abcdef0"), "Id of the VPC."),
  privateSubnetIds: doc(
    z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).min(2),
    "Subnets of the nodes, in different zones, with a way out to the internet.",
  ),
  publicSubnetIds: doc(
    z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).min(2),
    "Subnets of the load balancers, in different zones.",
  ),
});

const awsRegion = z.strictObject({
  cloud: doc(z.literal("aws"), "An EKS cluster, new or adopted."),
  ...identity,
  region: doc(z.enum(awsRegions), "AWS region. Changing it replaces everything in the region."),
  network: section({
    cidr: doc(
      sizedCidr("a VPC of EKS", 16, 22).default("10.0.0.0/16"),
      "VPC address range; overlaps with no other region's. Changing it replaces the VPC.",
    ),
    zones: doc(z.int().min(2).max(4).default(3), "Availability zones with a private and a public subnet each."),
    natGateways: doc(
      z.enum(["perZone", "single"]).default("perZone"),
      "One NAT gateway a zone, or one for all (cheaper; a zone's loss takes egress down).",
    ),
    flowLogs: doc(
      z.enum(["none", "rejected", "all"]).default("rejected"),
      "Which of the VPC's traffic is logged; `all` of a busy cluster costs more than its control plane.",
    ),
    existing: doc(
      existingVpc.optional(),
      "Adopt this VPC instead of creating one; `cidr` must say its range, which network policies name.",
    ),
  }),
  cluster: section({
    version: doc(minorVersion.default("1.35"), "Kubernetes minor version of control plane and nodes."),
    endpoint: section(endpoint),
    nodePools: doc(
      z
        .array(eksNodePool)
        .min(1)
        .prefault([{ name: "general", instanceTypes: ["m7i.xlarge"] }]),
      "Managed node groups.",
    ),
    logRetentionDays: doc(
      z.union([z.literal(30), z.literal(90), z.literal(180), z.literal(365)]).default(365),
      "Retention of control-plane logs, in days.",
    ),
    administrators: doc(
      z
        .array(z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/.+$/, "must be an IAM role or user ARN"))
        .default([]),
      "IAM principals that get cluster administration through access entries; whoever creates the cluster has it already, and must not be listed.",
    ),
    support: doc(
      z.enum(["STANDARD", "EXTENDED"]).default("STANDARD"),
      "At the end of a version's standard support: be upgraded by AWS, or pay six times as much for extended support.",
    ),
    addonVersions: doc(
      z.partialRecord(z.enum(eksAddons), z.string().regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/)).default({}),
      "Versions of EKS's managed add-ons, such as `coredns: v1.12.4-eksbuild.1`; EKS's default for the minor version where left out.",
    ),
    autoscaler: section({
      enabled: doc(
        z.boolean().default(true),
        "Run the cluster autoscaler; without it the node groups keep their size.",
      ),
      image: doc(
        image.optional(),
        "Image of the autoscaler; `registry.k8s.io/autoscaling/cluster-autoscaler:v<version>.0` where left out.",
      ),
    }),
    deletionProtection: doc(z.boolean().default(true), "Refuse deletion of the cluster."),
    existing: doc(
      z.strictObject({ name: doc(z.string().min(1), "Name of the cluster.") }).optional(),
      "Adopt this EKS cluster with its nodes and add-ons instead of creating one; its OIDC issuer must be registered with IAM.",
    ),
  }),
});

const existingNetwork = z.strictObject({
  network: doc(z.string().min(1), "Name of the VPC network."),
  subnetwork: doc(z.string().min(1), "Name of its subnetwork in the region."),
  podRangeName: doc(z.string().min(1), "Secondary range of the pods."),
  serviceRangeName: doc(z.string().min(1), "Secondary range of the services."),
});

const gcpRegion = z.strictObject({
  cloud: doc(z.literal("gcp"), "A GKE cluster, new or adopted."),
  ...identity,
  region: doc(z.enum(gcpRegions), "Google Cloud region. Changing it replaces everything in the region."),
  project: doc(
    z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "must be a project id: 6 to 30 of a-z, 0-9 and dashes"),
    "Google Cloud project id.",
  ),
  network: section({
    cidr: doc(sizedCidr("a GKE subnetwork", 8, 29).default("10.64.0.0/20"), "Nodes' address range."),
    podCidr: doc(
      sizedCidr("GKE's pods", 9, 21).default("10.68.0.0/14"),
      "Pods' address range, of which every node takes a /24. Changing it replaces the cluster.",
    ),
    serviceCidr: doc(
      sizedCidr("GKE's Services", 16, 27).default("10.65.0.0/20"),
      "Services' address range. Changing it replaces the cluster.",
    ),
    controlPlaneCidr: doc(
      sizedCidr("GKE's control plane", 28, 28).default("172.16.0.0/28"),
      "Control plane's address range. Changing it replaces the cluster.",
    ),
    flowLogs: doc(z.boolean().default(true), "Log a tenth of the subnetwork's flows."),
    existing: doc(
      existingNetwork.optional(),
      "Adopt this network and subnetwork instead of creating them; the ranges above must say theirs.",
    ),
  }),
  cluster: section({
    version: doc(
      minorVersion.default("1.35"),
      "Lowest Kubernetes minor version of the control plane; the channel upgrades within it.",
    ),
    releaseChannel: doc(z.enum(["RAPID", "REGULAR", "STABLE", "EXTENDED"]).default("STABLE"), "GKE release channel."),
    endpoint: section(endpoint),
    nodePools: doc(
      z
        .array(gkeNodePool)
        .min(1)
        .prefault([{ name: "general", machineType: "e2-standard-4" }]),
      "Autoscaled node pools; counts are for the whole region.",
    ),
    maintenance: section({
      start: doc(z.iso.datetime().default("2026-01-04T03:00:00Z"), "Start of the first maintenance window, RFC 3339."),
      end: doc(z.iso.datetime().default("2026-01-04T09:00:00Z"), "End of the first maintenance window."),
      recurrence: doc(
        z.string().startsWith("FREQ=").default("FREQ=WEEKLY;BYDAY=SA,SU"),
        "RFC 5545 recurrence; GKE wants at least 48 h of windows in 32 days.",
      ),
    }),
    deletionProtection: doc(z.boolean().default(true), "Refuse deletion of the cluster."),
    existing: doc(
      z.strictObject({ name: doc(z.string().min(1), "Name of the cluster.") }).optional(),
      "Adopt this GKE cluster with its node pools instead of creating one; it must have workload identity.",
    ),
  }),
});

const existingRegion = z.strictObject({
  cloud: doc(z.literal("existing"), "A cluster that runs already, by kubeconfig."),
  ...identity,
  region: doc(dnsLabel.default("local"), "Label of the place, shown in outputs and in ha-config."),
  kubeconfig: doc(
    z.string().min(1).default("~/.kube/config"),
    "Path of the kubeconfig file; `~` is the home directory.",
  ),
  context: doc(z.string().min(1), "Context in the kubeconfig."),
  storageClass: doc(z.string().min(1).default("standard"), "Storage class of the stores' volumes."),
  podCidr: doc(cidr.default("10.244.0.0/16"), "Pods' address range, for the network policies."),
  backupStore: doc(
    z
      .strictObject({
        endpoint: doc(z.url(), "URL of an S3-compatible store."),
        bucketPrefix: doc(dnsLabel, "Buckets are named <prefix>-<store>."),
        credentialsSecret: doc(
          dnsLabel.default("backup-credentials"),
          "Secret in the agent's namespace with ACCESS_KEY_ID and ACCESS_SECRET_KEY.",
        ),
      })
      .optional(),
    "Where backups go from a cluster that has no cloud identity.",
  ),
  loadBalancer: doc(z.boolean().default(false), "Whether Services of type LoadBalancer get an address."),
});

/** One region of the stack: a new or adopted EKS or GKE cluster, or any cluster by kubeconfig. */
export const regionSchema = z.discriminatedUnion("cloud", [awsRegion, gcpRegion, existingRegion]);

export type AwsRegionConfig = z.output<typeof awsRegion>;
export type GcpRegionConfig = z.output<typeof gcpRegion>;
export type ExistingRegionConfig = z.output<typeof existingRegion>;
export type RegionConfig = z.output<typeof regionSchema>;
export type EksNodePoolConfig = z.output<typeof eksNodePool>;
export type GkeNodePoolConfig = z.output<typeof gkeNodePool>;
