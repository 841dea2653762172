import { strict as assert } from "node:assert";
import { awsRegion, runCluster, type ClusterRun } from "../../support/cluster-run.js";

const cluster = "agent-production-us-east-1";

describe("EKS cluster", () => {
  let run: ClusterRun;
  before(async () => {
    run = await runCluster(awsRegion({ cluster: { administrators: ["arn:aws:iam::123456789012:role/ops/admin"] } }));
  });

  const inputs = (type: string, name: string) => run.get(type, name).inputs;
  const document = (text: unknown) =>
    JSON.parse(text as string) as { Statement: { Sid: string; Condition: unknown; Action: string[] }[] };

  it("registers exactly these resources", () => {
    const counts: Record<string, number> = {};
    for (const { type } of run.resources) counts[type] = (counts[type] ?? 0) + 1;
    assert.deepEqual(counts, {
      "pulumi:pulumi:Stack": 1,
      "agent-platform:clusters:EksCluster": 1,
      "pulumi:providers:aws": 1,
      "pulumi:providers:kubernetes": 1,
      "aws:cloudwatch/logGroup:LogGroup": 2,
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
      "aws:ec2/eip:Eip": 3,
      "aws:ec2/flowLog:FlowLog": 1,
      "aws:ec2/internetGateway:InternetGateway": 1,
      "aws:ec2/launchTemplate:LaunchTemplate": 1,
      "aws:ec2/natGateway:NatGateway": 3,
      "aws:ec2/route:Route": 4,
      "aws:ec2/routeTable:RouteTable": 4,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 6,
      "aws:ec2/subnet:Subnet": 6,
      "aws:ec2/vpc:Vpc": 1,
      "aws:ec2/vpcEndpoint:VpcEndpoint": 1,
      "aws:eks/accessEntry:AccessEntry": 1,
      "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": 1,
      "aws:eks/addon:Addon": 5,
      "aws:eks/cluster:Cluster": 1,
      "aws:eks/nodeGroup:NodeGroup": 3,
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
      "aws:iam/role:Role": 6,
      "aws:iam/rolePolicy:RolePolicy": 3,
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 5,
      "aws:kms/alias:Alias": 2,
      "aws:kms/key:Key": 2,
      "kubernetes:apps/v1:Deployment": 1,
      "kubernetes:core/v1:ServiceAccount": 1,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy": 1,
      "kubernetes:policy/v1:PodDisruptionBudget": 1,
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
      "kubernetes:rbac.authorization.k8s.io/v1:Role": 1,
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 1,
      "kubernetes:storage.k8s.io/v1:StorageClass": 1,
    });
  });

  it("creates a private, audited, encrypted control plane", () => {
    const { roleArn, vpcConfig, encryptionConfig, ...plain } = inputs("aws:eks/cluster:Cluster", "us-east-1-cluster");
    assert.deepEqual(plain, {
      name: cluster,
      version: "1.35",
      kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: "172.20.0.0/16" },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      bootstrapSelfManagedAddons: false,
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      upgradePolicy: { supportType: "STANDARD" },
      zonalShiftConfig: { enabled: true },
      deletionProtection: true,
      tags: { Name: cluster },
    });
    assert.match(roleArn as string, /role\/agent-production-us-east-1-cluster-/);
    const { subnetIds, ...endpoint } = vpcConfig as { subnetIds: string[] };
    assert.equal(new Set(subnetIds).size, 3);
    assert.deepEqual(endpoint, { endpointPrivateAccess: true, endpointPublicAccess: false });
    const { provider, resources } = encryptionConfig as { provider: { keyArn: string }; resources: string[] };
    assert.match(provider.keyArn, /^arn:aws:kms:/);
    assert.deepEqual(resources, ["secrets"]);
  });

  it("opens the public endpoint to the allow-list alone", async () => {
    const open = await runCluster(awsRegion({ cluster: { endpoint: { allowList: ["198.51.100.0/24"] } } }));
    const { vpcConfig } = open.get("aws:eks/cluster:Cluster", "us-east-1-cluster").inputs;
    const { subnetIds, ...endpoint } = vpcConfig as { subnetIds: string[] };
    assert.equal(subnetIds.length, 3);
    assert.deepEqual(endpoint, {
      endpointPrivateAccess: true,
      endpointPublicAccess: true,
      publicAccessCidrs: ["198.51.100.0/24"],
    });
  });

  it("makes the log group, encrypted and with retention, before the cluster would", () => {
    const logs = run.get("aws:cloudwatch/logGroup:LogGroup", "us-east-1-control-plane-logs");
    assert.equal(logs.inputs.name, `/aws/eks/${cluster}/cluster`);
    assert.equal(logs.inputs.retentionInDays, 365);
    assert.match(logs.inputs.kmsKeyId as string, /^arn:aws:kms:/);
    assert.ok(run.get("aws:eks/cluster:Cluster", "us-east-1-cluster").dependencies.includes(logs.urn));
  });

  it("protects the cluster and its keys in production, and not in staging", async () => {
    const protectedOf = (of: ClusterRun) =>
      of.resources
        .filter((resource) => resource.protect)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(protectedOf(run), ["us-east-1-cluster", "us-east-1-control-plane-key", "us-east-1-volumes-key"]);
    const staging = await runCluster(awsRegion(), { args: { stack: "staging", environment: "staging" } });
    assert.deepEqual(protectedOf(staging), []);
  });

  it("rotates its keys and names who may use them", () => {
    for (const [role, sids] of [
      ["control-plane", ["AccountAdministersKeyThroughIam", "LogsEncryptTheseGroups"]],
      ["volumes", ["AccountAdministersKeyThroughIam", "VolumesThroughEc2"]],
    ] as const) {
      const key = inputs("aws:kms/key:Key", `us-east-1-${role}-key`);
      assert.equal(key.enableKeyRotation, true);
      assert.equal(key.deletionWindowInDays, 30);
      assert.deepEqual(
        document(key.policy).Statement.map(({ Sid }) => Sid),
        sids,
      );
      assert.equal(inputs("aws:kms/alias:Alias", `us-east-1-${role}-key-alias`).name, `alias/${cluster}-${role}`);
    }
  });

  it("makes administrators through access entries", () => {
    const [name] = run.names("aws:eks/accessEntry:AccessEntry");
    assert.match(name!, /^us-east-1-administrator-admin-[0-9a-f]{6}$/);
    assert.deepEqual(inputs("aws:eks/accessEntry:AccessEntry", name!), {
      clusterName: cluster,
      principalArn: "arn:aws:iam::123456789012:role/ops/admin",
      type: "STANDARD",
    });
    const association = inputs("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", `${name}-policy`);
    assert.equal(association.policyArn, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
    assert.deepEqual(association.accessScope, { type: "cluster" });
  });

  it("has an encrypted storage class that binds where the pod lands and can grow", () => {
    const { parameters, ...plain } = inputs("kubernetes:storage.k8s.io/v1:StorageClass", "us-east-1-storage-class");
    assert.deepEqual(plain, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "platform-encrypted" },
      provisioner: "ebs.csi.aws.com",
      reclaimPolicy: "Delete",
      allowVolumeExpansion: true,
      volumeBindingMode: "WaitForFirstConsumer",
    });
    const { kmsKeyId, ...rest } = parameters as Record<string, string>;
    assert.deepEqual(rest, { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" });
    assert.match(kmsKeyId!, /^arn:aws:kms:/);
  });

  it("gives a secret kubeconfig with the region in the token's command to a provider that spares the unreachable", () => {
    const provider = run.get("pulumi:providers:kubernetes", "us-east-1-kubernetes");
    const { kubeconfig, ...plain } = provider.inputs;
    assert.deepEqual(plain, {
      clusterIdentifier: `eks/us-east-1/${cluster}`,
      enableServerSideApply: "true",
      skipUpdateUnreachable: "true",
      deleteUnreachable: "false",
    });
    assert.ok(provider.secretPaths.includes("kubeconfig"));
    const { users } = JSON.parse(kubeconfig as string) as { users: { user: { exec: { args: string[] } } }[] };
    assert.deepEqual(users[0]!.user.exec.args.slice(0, 2), ["--region", "us-east-1"]);
  });

  it("tags everything through the region's provider", () => {
    assert.deepEqual(JSON.parse(inputs("pulumi:providers:aws", "us-east-1-aws").defaultTags as string), {
      tags: { team: "agents", stack: "production", environment: "production" },
    });
  });
});
