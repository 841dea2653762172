import { strict as assert } from "node:assert";
import type { ProgramRun } from "../../cli/preview/run-program.js";
import { rawConfig, runRaw } from "../support/stacks.js";

type Region = Record<string, unknown> & { network: Record<string, unknown>; cluster: Record<string, unknown> };

const [east, west] = rawConfig("production").regions as [Region, Region];
const eksWest: Region = {
  ...east,
  key: "us-west-2",
  region: "us-west-2",
  role: "secondary",
  weight: 30,
  network: { cidr: "10.1.0.0/16" },
};
const gkeEast: Region = {
  ...west,
  key: "us-east1",
  region: "us-east1",
  role: "primary",
  weight: 70,
  network: {
    cidr: "10.80.0.0/20",
    podCidr: "10.84.0.0/14",
    serviceCidr: "10.81.0.0/20",
    controlPlaneCidr: "172.16.2.0/28",
  },
};

async function runRegions(...regions: Region[]): Promise<ProgramRun> {
  return await runRaw({ ...rawConfig("production"), regions });
}

const count = (run: ProgramRun, type: string): number =>
  run.resources.filter((resource) => resource.type === type).length;

describe("regions by configuration alone (R9)", function () {
  this.timeout(900_000);

  it("EKS us-east-1 and EKS us-west-2", async () => {
    const run = await runRegions(east, eksWest);
    assert.equal(count(run, "aws:eks/cluster:Cluster"), 2);
    assert.equal(count(run, "gcp:container/cluster:Cluster"), 0);
    assert.ok(run.resources.every(({ type }) => !type.startsWith("gcp:")));
    assert.equal(count(run, "aws:s3/bucketReplicationConfig:BucketReplicationConfig"), 6);
    assert.equal(count(run, "kubernetes:networking.gke.io/v1:MultiClusterService"), 0);
  });

  it("GKE and GKE, with multi-cluster services", async () => {
    const run = await runRegions(gkeEast, west);
    assert.equal(count(run, "gcp:container/cluster:Cluster"), 2);
    assert.equal(count(run, "aws:eks/cluster:Cluster"), 0);
    assert.equal(count(run, "kubernetes:networking.gke.io/v1:MultiClusterService"), 2);
  });

  it("three regions on two clouds", async () => {
    const run = await runRegions(east, eksWest, west);
    assert.equal(count(run, "agent-platform:region:Region"), 3);
    assert.equal(count(run, "kubernetes:argoproj.io/v1alpha1:Rollout"), 3);
    assert.equal(count(run, "kubernetes:postgresql.cnpg.io/v1:Cluster"), 3);
  });

  it("an adopted VPC, network and clusters create none of their own", async () => {
    const subnets = (letter: string): string[] => ["0", "1", "2"].map((index) => `subnet-0${letter}${index}`);
    const adoptedVpc: Region = {
      ...east,
      network: { existing: { vpcId: "vpc-0a1b", privateSubnetIds: subnets("a"), publicSubnetIds: subnets("b") } },
    };
    const adoptedNetwork: Region = {
      ...west,
      network: {
        existing: { network: "shared", subnetwork: "agents", podRangeName: "pods", serviceRangeName: "services" },
      },
    };
    const networks = await runRegions(adoptedVpc, adoptedNetwork);
    assert.equal(count(networks, "aws:ec2/vpc:Vpc"), 0);
    assert.equal(count(networks, "aws:ec2/subnet:Subnet"), 0);
    assert.equal(count(networks, "gcp:compute/network:Network"), 0);
    assert.equal(count(networks, "aws:eks/cluster:Cluster"), 1);

    const withCluster = (region: Region): Region => ({ ...region, cluster: { existing: { name: "shared" } } });
    const clusters = await runRegions(withCluster(adoptedVpc), withCluster(adoptedNetwork));
    assert.equal(count(clusters, "aws:eks/cluster:Cluster"), 0);
    assert.equal(count(clusters, "gcp:container/cluster:Cluster"), 0);
    assert.equal(count(clusters, "kubernetes:argoproj.io/v1alpha1:Rollout"), 2);
  });

  it("active-active weighs the records 70/30 where every store is writable everywhere", async () => {
    const store = (host: string) => ({ external: { host }, writableEverywhere: true });
    const raw = rawConfig("production");
    const run = await runRaw({
      ...raw,
      failover: { ...(raw.failover as object), mode: "active-active" },
      data: {
        postgres: store("db.example.com"),
        redis: store("cache.example.com"),
        vector: store("vectors.example.com"),
      },
    });
    const weights = run.resources
      .filter(({ type }) => type === "aws:route53/record:Record")
      .flatMap(({ inputs }) => (inputs.weightedRoutingPolicies as { weight: number }[] | undefined) ?? [])
      .map(({ weight }) => weight);
    assert.ok(weights.includes(70) && weights.includes(30), JSON.stringify(weights));
  });

  it("every delivery strategy", async () => {
    for (const strategy of ["rolling", "canary", "progressive", "blueGreen"]) {
      const run = await runRaw({ ...rawConfig("production"), delivery: { strategy } });
      const workloads = ["kubernetes:apps/v1:Deployment", "kubernetes:argoproj.io/v1alpha1:Rollout"].map(
        (type) =>
          run.resources.filter((resource) => resource.type === type && resource.name.includes("-agent-")).length,
      );
      assert.deepEqual(
        workloads,
        { rolling: [2, 0], canary: [4, 0], progressive: [0, 2], blueGreen: [0, 2] }[strategy],
      );
    }
  });
});
