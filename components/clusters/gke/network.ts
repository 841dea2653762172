import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { GcpRegionConfig } from "../../../config/schema/regions.js";
import type { Scope } from "../scope.js";

export interface GkeNetwork {
  readonly network: pulumi.Input<string>;
  readonly subnetwork: pulumi.Input<string>;
  readonly podRangeName: string;
  readonly serviceRangeName: string;
  /** What a node needs before it can reach the internet. */
  readonly egress: readonly pulumi.Resource[];
}

export interface GkeNetworkParts {
  /** E-mail of the nodes' service account, by which firewall rules find the nodes. */
  readonly nodeAccount: pulumi.Input<string>;
  /** Network of the fleet, in which a region gets a subnetwork of its own; absent where each has its own network. */
  readonly network: pulumi.Input<string> | undefined;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The network that the configuration adopts, or a new one with subnetwork, router, NAT and firewall. */
export function createNetwork(scope: Scope, region: GcpRegionConfig, parts: GkeNetworkParts): GkeNetwork {
  const adopted = region.network.existing;
  if (adopted) return { ...adopted, egress: [] };
  const network = parts.network ?? createOwnNetwork(scope, parts.dependsOn);
  const subnetwork = createSubnetwork(scope, region, network);
  const nat = createNat(scope, region, { network, subnetwork });
  createWebhookRule(scope, region, { network, nodeAccount: parts.nodeAccount });
  return {
    network,
    subnetwork: subnetwork.id,
    podRangeName: "pods",
    serviceRangeName: "services",
    egress: [nat],
  };
}

function createOwnNetwork(scope: Scope, dependsOn: readonly pulumi.Resource[]): pulumi.Output<string> {
  const network = new gcp.compute.Network(
    `${scope.name}-network`,
    { autoCreateSubnetworks: false, routingMode: "REGIONAL", description: `Nodes of ${scope.cluster}` },
    { ...scope.child, dependsOn: [...dependsOn] },
  );
  return network.id;
}

function createSubnetwork(
  scope: Scope,
  region: GcpRegionConfig,
  network: pulumi.Input<string>,
): gcp.compute.Subnetwork {
  return new gcp.compute.Subnetwork(
    `${scope.name}-subnetwork`,
    {
      network,
      region: region.region,
      ipCidrRange: region.network.cidr,
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: region.network.podCidr },
        { rangeName: "services", ipCidrRange: region.network.serviceCidr },
      ],
      // Nodes without public addresses still reach Google's APIs, without the NAT gateway.
      privateIpGoogleAccess: true,
      logConfig: region.network.flowLogs
        ? { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.1, metadata: "INCLUDE_ALL_METADATA" }
        : undefined,
    },
    scope.child,
  );
}

interface Layout {
  readonly network: pulumi.Input<string>;
  readonly subnetwork: gcp.compute.Subnetwork;
}

function createNat(scope: Scope, region: GcpRegionConfig, { network, subnetwork }: Layout): gcp.compute.RouterNat {
  const router = new gcp.compute.Router(`${scope.name}-router`, { network, region: region.region }, scope.child);
  return new gcp.compute.RouterNat(
    `${scope.name}-nat`,
    {
      router: router.name,
      region: region.region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: subnetwork.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      // A node with many pods outgrows the 64 ports that it would have.
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: 64,
      maxPortsPerVm: 4096,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    scope.child,
  );
}

// Ports of admission webhooks and aggregated APIs beyond 443 and 10250, which GKE opens itself: metrics adapters (6443),
// ingress (8443), CloudNativePG (9443), istiod (15017).
const webhookPorts = ["6443", "8443", "9443", "15017"];

function createWebhookRule(
  scope: Scope,
  region: GcpRegionConfig,
  wiring: { readonly network: pulumi.Input<string>; readonly nodeAccount: pulumi.Input<string> },
): void {
  new gcp.compute.Firewall(
    `${scope.name}-webhooks`,
    {
      network: wiring.network,
      description: "Control plane to the webhooks that run on nodes",
      direction: "INGRESS",
      sourceRanges: [region.network.controlPlaneCidr],
      targetServiceAccounts: [wiring.nodeAccount],
      allows: [{ protocol: "tcp", ports: webhookPorts }],
    },
    scope.child,
  );
}
