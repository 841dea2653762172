import { strict as assert } from "node:assert";
import { zoneAt } from "../../../components/clusters/eks/network.js";
import { PlatformError } from "../../../common/errors.js";
import { awsRegion, runCluster, type ClusterRun } from "../../support/cluster-run.js";

describe("EKS network", () => {
  let run: ClusterRun;
  before(async () => {
    run = await runCluster(awsRegion());
  });

  it("has a private and a public subnet in each of three zones, none with public addresses", () => {
    const subnet = (kind: string, zone: number) => run.get("aws:ec2/subnet:Subnet", `us-east-1-${kind}-z${zone}`);
    const zones = [1, 2, 3].map((zone) => subnet("private", zone).inputs.availabilityZone);
    assert.equal(new Set(zones).size, 3);
    [1, 2, 3].forEach((zone, index) => {
      assert.equal(subnet("public", zone).inputs.availabilityZone, zones[index]);
      for (const kind of ["private", "public"]) {
        assert.equal(subnet(kind, zone).inputs.mapPublicIpOnLaunch, false);
        assert.deepEqual(subnet(kind, zone).ignoreChanges, ["availabilityZone"]);
      }
      assert.deepEqual(subnet("public", zone).inputs.tags, {
        Name: `agent-production-us-east-1-public-z${zone}`,
        "kubernetes.io/role/elb": "1",
      });
      assert.deepEqual(subnet("private", zone).inputs.tags, {
        Name: `agent-production-us-east-1-private-z${zone}`,
        "kubernetes.io/role/internal-elb": "1",
      });
    });
  });

  it("sends each private subnet out through the NAT gateway of its own zone", () => {
    const gatewayOf = (of: ClusterRun, zone: number) =>
      of.get("aws:ec2/route:Route", `us-east-1-egress-z${zone}`).inputs.natGatewayId;
    assert.equal(new Set([1, 2, 3].map((zone) => gatewayOf(run, zone))).size, 3);
    assert.match(String(gatewayOf(run, 2)), /^us-east-1-nat-z2-/);
  });

  it("sends all of them through one where the configuration saves the others", async () => {
    const single = await runCluster(awsRegion({ network: { natGateways: "single" } }));
    assert.deepEqual(single.names("aws:ec2/natGateway:NatGateway"), ["us-east-1-nat-z1"]);
    assert.deepEqual(single.names("aws:ec2/eip:Eip"), ["us-east-1-nat-z1-address"]);
    for (const zone of [1, 2, 3]) {
      const { natGatewayId } = single.get("aws:ec2/route:Route", `us-east-1-egress-z${zone}`).inputs;
      assert.match(String(natGatewayId), /^us-east-1-nat-z1-/);
    }
  });

  it("reaches S3 without the NAT gateways and locks the default security group", () => {
    const endpoint = run.get("aws:ec2/vpcEndpoint:VpcEndpoint", "us-east-1-s3-endpoint").inputs;
    assert.equal(endpoint.serviceName, "com.amazonaws.us-east-1.s3");
    assert.equal(endpoint.vpcEndpointType, "Gateway");
    assert.equal((endpoint.routeTableIds as string[]).length, 3);
    const group = run.get("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "us-east-1-default-security-group");
    assert.deepEqual(Object.keys(group.inputs), ["vpcId"]);
  });

  it("logs refused traffic by default, all or none where asked", async () => {
    const name = "us-east-1-flow-log";
    assert.equal(run.get("aws:ec2/flowLog:FlowLog", name).inputs.trafficType, "REJECT");
    const all = await runCluster(awsRegion({ network: { flowLogs: "all" } }));
    assert.equal(all.get("aws:ec2/flowLog:FlowLog", name).inputs.trafficType, "ALL");
    const none = await runCluster(awsRegion({ network: { flowLogs: "none" } }));
    assert.deepEqual(none.names("aws:ec2/flowLog:FlowLog"), []);
  });

  it("names a region with too few zones as a fault of the configuration", () => {
    assert.equal(zoneAt(["us-west-1a", "us-west-1c"], 2, "us-west-1"), "us-west-1c");
    assert.throws(
      () => zoneAt(["us-west-1a", "us-west-1c"], 3, "us-west-1"),
      (thrown) => thrown instanceof PlatformError && thrown.exitCode === 2 && thrown.faults[0]!.fix.endsWith("most 2"),
    );
  });

  it("adopts a VPC: no network of its own, nodes in the given subnets, load balancers in the given public ones", async () => {
    const existing = {
      vpcId: "vpc-0aa",
      privateSubnetIds: ["subnet-0a", "subnet-0b"],
      publicSubnetIds: ["subnet-0c", "subnet-0d"],
    };
    const region = awsRegion({ network: { existing } });
    const adopted = await runCluster(region, { use: ({ loadBalancer }) => ({ ...loadBalancer.annotations }) });
    const network = ["vpc:Vpc", "subnet:Subnet", "natGateway:NatGateway", "route:Route", "flowLog:FlowLog"];
    for (const kind of network) assert.deepEqual(adopted.names(`aws:ec2/${kind}`), []);
    const groups = adopted.names("aws:eks/nodeGroup:NodeGroup");
    assert.deepEqual(
      groups.map((name) => adopted.get("aws:eks/nodeGroup:NodeGroup", name).inputs.subnetIds),
      [["subnet-0a"], ["subnet-0b"]],
    );
    assert.deepEqual(adopted.outputs, {
      "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
      "service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled": "true",
      "service.beta.kubernetes.io/aws-load-balancer-subnets": "subnet-0c,subnet-0d",
    });
  });

  it("adopts a cluster: only a key for its volumes, a storage class and a provider are new", async () => {
    const adopted = await runCluster(awsRegion({ cluster: { existing: { name: "team-cluster" } } }));
    assert.deepEqual(adopted.resources.map(({ type, name }) => `${type} ${name}`).sort(), [
      "agent-platform:clusters:EksCluster us-east-1",
      "aws:kms/alias:Alias us-east-1-volumes-key-alias",
      "aws:kms/key:Key us-east-1-volumes-key",
      "kubernetes:storage.k8s.io/v1:StorageClass us-east-1-storage-class",
      "pulumi:providers:aws us-east-1-aws",
      "pulumi:providers:kubernetes us-east-1-kubernetes",
      "pulumi:pulumi:Stack agent-platform-production",
    ]);
    const { clusterIdentifier } = adopted.get("pulumi:providers:kubernetes", "us-east-1-kubernetes").inputs;
    assert.equal(clusterIdentifier, "eks/us-east-1/team-cluster");
  });
});
