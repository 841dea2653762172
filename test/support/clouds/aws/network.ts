import { named, present, type Inputs } from "../inputs.js";
import { at, created, keyValues, pascal, tagged, textAt, type Create } from "./shapes.js";

const vpc: Create = async ({ inputs, call }) => {
  const answer = await call("ec2", "CreateVpc", { CidrBlock: inputs.cidrBlock, ...tagged("vpc", inputs.tags) });
  const id = textAt(answer, "Vpc", "VpcId");
  for (const [key, value] of Object.entries({
    EnableDnsSupport: inputs.enableDnsSupport,
    EnableDnsHostnames: inputs.enableDnsHostnames,
  })) {
    await call("ec2", "ModifyVpcAttribute", { VpcId: id, [key]: { Value: value } });
  }
  return { id };
};

const defaultSecurityGroup: Create = async ({ inputs, call }) => {
  const Filters = [
    { Name: "vpc-id", Values: [inputs.vpcId] },
    { Name: "group-name", Values: ["default"] },
  ];
  const group = at(await call("ec2", "DescribeSecurityGroups", { Filters }), "SecurityGroups", 0);
  const GroupId = textAt(group, "GroupId");
  // The provider takes away every rule of a default group that it adopts.
  const IpPermissions = at(group, "IpPermissionsEgress");
  await call("ec2", "RevokeSecurityGroupEgress", { GroupId, IpPermissions });
  return { id: GroupId };
};

const subnet: Create = async ({ inputs, call }) => {
  const { availabilityZone, cidrBlock, mapPublicIpOnLaunch, tags, vpcId } = inputs;
  const answer = await call("ec2", "CreateSubnet", {
    ...{ AvailabilityZone: availabilityZone, CidrBlock: cidrBlock, VpcId: vpcId },
    ...tagged("subnet", tags),
  });
  const id = textAt(answer, "Subnet", "SubnetId");
  await call("ec2", "ModifySubnetAttribute", { SubnetId: id, MapPublicIpOnLaunch: { Value: mapPublicIpOnLaunch } });
  return { id };
};

const internetGateway: Create = async ({ inputs, call }) => {
  const answer = await call("ec2", "CreateInternetGateway", { ...tagged("internet-gateway", inputs.tags) });
  const id = textAt(answer, "InternetGateway", "InternetGatewayId");
  await call("ec2", "AttachInternetGateway", { InternetGatewayId: id, VpcId: inputs.vpcId });
  return { id };
};

const launchTemplate: Create = async ({ name, inputs, call }) => {
  const { blockDeviceMappings, metadataOptions, tagSpecifications, updateDefaultVersion } = inputs;
  const specifications = (tagSpecifications as readonly Inputs[]).map(({ resourceType, tags }) => ({
    ResourceType: resourceType,
    Tags: keyValues(tags),
  }));
  const answer = await call("ec2", "CreateLaunchTemplate", {
    LaunchTemplateName: named(inputs.name, name),
    LaunchTemplateData: {
      BlockDeviceMappings: pascal(blockDeviceMappings),
      MetadataOptions: pascal(metadataOptions),
      TagSpecifications: specifications,
    },
  });
  const id = textAt(answer, "LaunchTemplate", "LaunchTemplateId");
  if (updateDefaultVersion === true) {
    await call("ec2", "ModifyLaunchTemplate", { LaunchTemplateId: id, DefaultVersion: "1" });
  }
  return { id, latestVersion: 1 };
};

const logGroup: Create = async ({ inputs, region, call }) => {
  const { name, kmsKeyId, retentionInDays } = inputs;
  await call("logs", "CreateLogGroup", present({ logGroupName: name, kmsKeyId }));
  await call("logs", "PutRetentionPolicy", { logGroupName: name, retentionInDays });
  return { id: String(name), arn: `arn:aws:logs:${region}:123456789012:log-group:${String(name)}` };
};

export const network: Readonly<Record<string, Create>> = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
  "aws:ec2/eip:Eip": async ({ inputs, call }) => {
    const tags = tagged("elastic-ip", inputs.tags);
    const { AllocationId } = await call("ec2", "AllocateAddress", { Domain: inputs.domain, ...tags });
    return { id: AllocationId, allocationId: AllocationId };
  },
  "aws:ec2/flowLog:FlowLog": created(
    "CreateFlowLogs",
    ({ iamRoleArn, logDestination, logDestinationType, maxAggregationInterval, trafficType, vpcId }) => ({
      ResourceIds: [vpcId],
      ResourceType: "VPC",
      TrafficType: trafficType,
      LogDestination: logDestination,
      LogDestinationType: logDestinationType,
      DeliverLogsPermissionArn: iamRoleArn,
      MaxAggregationInterval: maxAggregationInterval,
    }),
    ["FlowLogIds", "0"],
  ),
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
  "aws:ec2/natGateway:NatGateway": created(
    "CreateNatGateway",
    ({ allocationId, subnetId, tags }) => ({
      ...{ AllocationId: allocationId, SubnetId: subnetId },
      ...tagged("natgateway", tags),
    }),
    ["NatGateway", "NatGatewayId"],
  ),
  "aws:ec2/route:Route": async ({ name, inputs, call }) => {
    const { routeTableId, destinationCidrBlock, gatewayId, natGatewayId } = inputs;
    const to = present({ GatewayId: gatewayId, NatGatewayId: natGatewayId });
    await call("ec2", "CreateRoute", {
      ...{ RouteTableId: routeTableId, DestinationCidrBlock: destinationCidrBlock },
      ...to,
    });
    return { id: name };
  },
  "aws:ec2/routeTable:RouteTable": created(
    "CreateRouteTable",
    ({ vpcId, tags }) => ({ VpcId: vpcId, ...tagged("route-table", tags) }),
    ["RouteTable", "RouteTableId"],
  ),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": created(
    "AssociateRouteTable",
    ({ routeTableId, subnetId }) => ({ RouteTableId: routeTableId, SubnetId: subnetId }),
    ["AssociationId"],
  ),
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/vpcEndpoint:VpcEndpoint": created(
    "CreateVpcEndpoint",
    ({ vpcId, serviceName, vpcEndpointType, routeTableIds, tags }) => ({
      ...{ VpcId: vpcId, ServiceName: serviceName, VpcEndpointType: vpcEndpointType, RouteTableIds: routeTableIds },
      ...tagged("vpc-endpoint", tags),
    }),
    ["VpcEndpoint", "VpcEndpointId"],
  ),
};
