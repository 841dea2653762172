import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import { planSubnets, type ZoneSubnets } from "../network-plan.js";
import type { Scope } from "../scope.js";

export interface EksNetwork {
  readonly vpcId: pulumi.Input<string>;
  /** One a zone, in order of the zones. */
  readonly privateSubnetIds: readonly pulumi.Input<string>[];
  /** What a node needs before it can reach the internet and so join. */
  readonly egress: readonly pulumi.Resource[];
}

/** The VPC that the configuration adopts, or a new one with its subnets, gateways and routes. */
export function createNetwork(scope: Scope, region: AwsRegionConfig): EksNetwork {
  const adopted = region.network.existing;
  if (adopted) return { vpcId: adopted.vpcId, privateSubnetIds: adopted.privateSubnetIds, egress: [] };
  const vpc = new aws.ec2.Vpc(
    `${scope.name}-vpc`,
    {
      cidrBlock: region.network.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: scope.cluster },
    },
    scope.child,
  );
  // A VPC comes with a group that lets its members talk to each other: emptied, so that nothing relies on it.
  new aws.ec2.DefaultSecurityGroup(`${scope.name}-default-security-group`, { vpcId: vpc.id }, scope.child);
  const zones = createZones(scope, region, vpc);
  const { routes, tables } = createRoutes(scope, region, { vpc, zones });
  new aws.ec2.VpcEndpoint(
    `${scope.name}-s3-endpoint`,
    {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: [...tables],
      tags: { Name: `${scope.cluster}-s3` },
    },
    scope.child,
  );
  return { vpcId: vpc.id, privateSubnetIds: zones.map((zone) => zone.privateSubnet.id), egress: routes };
}

interface Zone {
  readonly plan: ZoneSubnets;
  readonly privateSubnet: aws.ec2.Subnet;
  readonly publicSubnet: aws.ec2.Subnet;
}

// Zones in which EKS places no control plane. Which letter such a zone has differs from account to account, which is
// why the zones are asked for instead of being spelled `${region}a`.
const zonesWithoutEks = ["use1-az3", "usw1-az2", "cac1-az3"];

function createZones(scope: Scope, region: AwsRegionConfig, vpc: aws.ec2.Vpc): readonly Zone[] {
  const available = aws.getAvailabilityZonesOutput(
    {
      state: "available",
      excludeZoneIds: zonesWithoutEks,
      filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    },
    scope.child,
  );
  return planSubnets(region.network.cidr, region.network.zones).map((plan) => {
    const zoneName = available.names.apply((names) => zoneAt(names, plan.zone, region.region));
    const subnet = (kind: "private" | "public") =>
      new aws.ec2.Subnet(
        `${scope.name}-${kind}-z${plan.zone}`,
        {
          vpcId: vpc.id,
          cidrBlock: plan[kind],
          availabilityZone: zoneName,
          mapPublicIpOnLaunch: false,
          tags: {
            Name: `${scope.cluster}-${kind}-z${plan.zone}`,
            // Load balancers find their subnets by these.
            [kind === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb"]: "1",
          },
        },
        // A zone that AWS opens later shifts the list; a subnet stays where it is.
        { ...scope.child, ignoreChanges: ["availabilityZone"] },
      );
    return { plan, privateSubnet: subnet("private"), publicSubnet: subnet("public") };
  });
}

/** Name of the zone at a position (from 1); a region with too few zones is a fault of the configuration. */
export function zoneAt(names: readonly string[], position: number, region: string): string {
  const name = names[position - 1];
  if (name !== undefined) return name;
  throw new PlatformError(`${region} has too few availability zones`, ExitCode.configuration, [
    {
      path: `regions (${region}).network.zones`,
      received: String(position),
      rule: `this account sees ${names.length} zones in which EKS runs`,
      fix: `set zones to at most ${names.length}`,
    },
  ]);
}

interface Layout {
  readonly vpc: aws.ec2.Vpc;
  readonly zones: readonly Zone[];
}

interface Routes {
  readonly routes: readonly aws.ec2.Route[];
  readonly tables: readonly pulumi.Output<string>[];
}

function createRoutes(scope: Scope, region: AwsRegionConfig, layout: Layout): Routes {
  const { vpc, zones } = layout;
  const gateway = new aws.ec2.InternetGateway(
    `${scope.name}-internet`,
    { vpcId: vpc.id, tags: { Name: scope.cluster } },
    scope.child,
  );
  const publicTable = createRouteTable(scope, vpc, "public");
  const outward = createDefaultRoute(scope, "public", { routeTableId: publicTable.id, gatewayId: gateway.id });
  const nats = zones
    .filter(({ plan }) => region.network.natGateways === "perZone" || plan.zone === 1)
    .map((zone) => createNat(scope, zone, outward));
  const perZone = zones.map((zone, position) => {
    const key = `z${zone.plan.zone}`;
    const table = createRouteTable(scope, vpc, `private-${key}`);
    associate(scope, `private-${key}`, { subnetId: zone.privateSubnet.id, routeTableId: table.id });
    associate(scope, `public-${key}`, { subnetId: zone.publicSubnet.id, routeTableId: publicTable.id });
    const nat = nats[position] ?? nats[0];
    return { table, route: createDefaultRoute(scope, key, { routeTableId: table.id, natGatewayId: nat?.id }) };
  });
  return {
    routes: [outward, ...perZone.map(({ route }) => route)],
    tables: perZone.map(({ table }) => table.id),
  };
}

function createNat(scope: Scope, zone: Zone, outward: aws.ec2.Route): aws.ec2.NatGateway {
  const key = `z${zone.plan.zone}`;
  const tags = { Name: `${scope.cluster}-nat-${key}` };
  const address = new aws.ec2.Eip(`${scope.name}-nat-${key}-address`, { domain: "vpc", tags }, scope.child);
  return new aws.ec2.NatGateway(
    `${scope.name}-nat-${key}`,
    { allocationId: address.allocationId, subnetId: zone.publicSubnet.id, tags },
    { ...scope.child, dependsOn: [outward] },
  );
}

function createRouteTable(scope: Scope, vpc: aws.ec2.Vpc, key: string): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(
    `${scope.name}-routes-${key}`,
    { vpcId: vpc.id, tags: { Name: `${scope.cluster}-${key}` } },
    scope.child,
  );
}

function createDefaultRoute(
  scope: Scope,
  key: string,
  args: Pick<aws.ec2.RouteArgs, "routeTableId" | "gatewayId" | "natGatewayId">,
): aws.ec2.Route {
  return new aws.ec2.Route(`${scope.name}-egress-${key}`, { destinationCidrBlock: "0.0.0.0/0", ...args }, scope.child);
}

function associate(scope: Scope, key: string, args: aws.ec2.RouteTableAssociationArgs): void {
  new aws.ec2.RouteTableAssociation(`${scope.name}-routes-${key}-association`, args, scope.child);
}
