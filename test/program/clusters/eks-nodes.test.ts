import { strict as assert } from "node:assert";
import { awsRegion, runCluster, type ClusterRun } from "../../support/cluster-run.js";

const cluster = "agent-production-us-east-1";

describe("EKS nodes and add-ons", () => {
  let run: ClusterRun;
  before(async () => {
    run = await runCluster(awsRegion());
  });

  const inputs = (type: string, name: string) => run.get(type, name).inputs;

  it("has one node group a zone with the pool's nodes spread over them", () => {
    assert.deepEqual(run.names("aws:eks/nodeGroup:NodeGroup"), [
      "us-east-1-nodes-general-z1",
      "us-east-1-nodes-general-z2",
      "us-east-1-nodes-general-z3",
    ]);
    const group = run.get("aws:eks/nodeGroup:NodeGroup", "us-east-1-nodes-general-z2");
    assert.deepEqual(group.ignoreChanges, ["scalingConfig.desiredSize"]);
    const { nodeRoleArn, subnetIds, launchTemplate, ...plain } = group.inputs;
    assert.deepEqual(plain, {
      clusterName: cluster,
      version: "1.35",
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      instanceTypes: ["m7i.xlarge"],
      scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 3 },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
      labels: { "agent-platform.io/pool": "general" },
    });
    assert.match(nodeRoleArn as string, /-node-/);
    assert.equal((subnetIds as string[]).length, 1);
    assert.equal((launchTemplate as { version: string }).version, "1");
    const needs = group.dependencies.map((urn) => urn.split("::").at(-1));
    for (const name of ["us-east-1-addon-vpc-cni", "us-east-1-addon-kube-proxy", "us-east-1-egress-z2"]) {
      assert.ok(needs.includes(name), `a node group must wait for ${name}`);
    }
  });

  it("gives nodes encrypted disks and metadata that pods cannot reach", () => {
    const template = inputs("aws:ec2/launchTemplate:LaunchTemplate", "us-east-1-nodes-general-template");
    assert.deepEqual(template.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    const [device] = template.blockDeviceMappings as { deviceName: string; ebs: Record<string, unknown> }[];
    const { kmsKeyId, ...disk } = device!.ebs;
    assert.equal(device!.deviceName, "/dev/xvda");
    assert.deepEqual(disk, { volumeType: "gp3", volumeSize: 100, encrypted: "true", deleteOnTermination: "true" });
    assert.match(kmsKeyId as string, /^arn:aws:kms:/);
  });

  it("enforces network policies and gives each add-on a role of its own", () => {
    assert.deepEqual(run.names("aws:eks/addon:Addon"), [
      "us-east-1-addon-aws-ebs-csi-driver",
      "us-east-1-addon-coredns",
      "us-east-1-addon-kube-proxy",
      "us-east-1-addon-metrics-server",
      "us-east-1-addon-vpc-cni",
    ]);
    const cni = inputs("aws:eks/addon:Addon", "us-east-1-addon-vpc-cni");
    assert.deepEqual(JSON.parse(cni.configurationValues as string), { enableNetworkPolicy: "true" });
    assert.match(cni.serviceAccountRoleArn as string, /-vpc-cni-/);
    const { assumeRolePolicy } = inputs("aws:iam/role:Role", "us-east-1-ebs-csi-role");
    const { Statement } = JSON.parse(assumeRolePolicy as string) as {
      Statement: { Condition: { StringEquals: Record<string, string> } }[];
    };
    assert.deepEqual(Object.values(Statement[0]!.Condition.StringEquals), [
      "sts.amazonaws.com",
      "system:serviceaccount:kube-system:ebs-csi-controller-sa",
    ]);
    for (const addon of run.names("aws:eks/addon:Addon")) {
      assert.equal(inputs("aws:eks/addon:Addon", addon).resolveConflictsOnCreate, "OVERWRITE");
      assert.equal(inputs("aws:eks/addon:Addon", addon).resolveConflictsOnUpdate, "OVERWRITE");
    }
  });

  it("pins add-on versions where the configuration does", async () => {
    const pinned = await runCluster(awsRegion({ cluster: { addonVersions: { coredns: "v1.12.4-eksbuild.1" } } }));
    const version = (name: string) => pinned.get("aws:eks/addon:Addon", `us-east-1-addon-${name}`).inputs.addonVersion;
    assert.equal(version("coredns"), "v1.12.4-eksbuild.1");
    assert.equal(version("kube-proxy"), undefined);
  });

  it("runs the autoscaler of the cluster's own minor version, and none where it is turned off", async () => {
    const { spec } = inputs("kubernetes:apps/v1:Deployment", "us-east-1-autoscaler") as {
      spec: { replicas: number; template: { spec: { containers: { image: string; args: string[] }[] } } };
    };
    assert.equal(spec.replicas, 2);
    const [container] = spec.template.spec.containers;
    assert.equal(container!.image, "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0");
    assert.ok(container!.args.some((arg) => arg.endsWith(`k8s.io/cluster-autoscaler/${cluster}`)));
    const account = inputs("kubernetes:core/v1:ServiceAccount", "us-east-1-autoscaler-account");
    const { annotations } = account.metadata as { annotations: Record<string, string> };
    assert.match(annotations["eks.amazonaws.com/role-arn"]!, /-autoscaler-/);
    const off = await runCluster(awsRegion({ cluster: { autoscaler: { enabled: false } } }));
    assert.deepEqual(off.names("kubernetes:apps/v1:Deployment"), []);
    assert.ok(!off.names("aws:iam/role:Role").includes("us-east-1-autoscaler-role"));
  });
});
