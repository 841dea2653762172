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
    assert.equal(count(run, "kubernetes:networking.gke.io/v1:MultiClusterService"), 1);
  });

  it("GKE and GKE of one project form a fleet on one network, with the features that bring its kinds", async () => {
    const run = await runRegions(gkeEast, west);
    const of = (type: string) => run.resources.filter((resource) => resource.type === type);
    assert.deepEqual(
      of("gcp:compute/network:Network").map(({ name }) => name),
      ["fleet-network"],
    );
    const network = of("gcp:compute/subnetwork:Subnetwork").map(({ inputs }) => inputs.network);
    assert.equal(network.length, 2);
    assert.equal(network[0], network[1]);
    assert.deepEqual(
      of("gcp:gkehub/feature:Feature")
        .map(({ inputs }) => inputs)
        .sort((a, b) => String(b.name).localeCompare(String(a.name))),
      [
        { project: "example-agent-production", location: "global", name: "multiclusterservicediscovery" },
        {
          project: "example-agent-production",
          location: "global",
          name: "multiclusteringress",
          spec: {
            multiclusteringress: {
              configMembership: "projects/example-agent-production/locations/us-east1/memberships/agent-test-us-east1",
            },
          },
        },
      ],
    );
    const importer = of("gcp:projects/iAMMember:IAMMember").find(({ name }) => name === "fleet-importer");
    assert.equal(
      importer?.inputs.member,
      "serviceAccount:example-agent-production.svc.id.goog[gke-mcs/gke-mcs-importer]",
    );
    assert.equal(of("kubernetes:net.gke.io/v1:ServiceExport").length, 2);
    // A child waits for its component, and the component for what it depends on.
    const [failover] = of("agent-platform:failover:Failover");
    const features = of("gcp:gkehub/feature:Feature").map(({ urn }) => urn);
    assert.deepEqual(
      features.filter((urn) => failover?.dependencies.includes(urn) !== true),
      [],
    );
  });

  it("GKE and GKE of two projects, or beside another cloud, form none", async () => {
    for (const pair of [
      [gkeEast, { ...west, project: "another-project" }],
      [east, west],
    ] as const) {
      const run = await runRegions(...pair);
      assert.equal(count(run, "gcp:gkehub/feature:Feature"), 0);
      assert.equal(count(run, "kubernetes:multicluster.x-k8s.io/v1alpha1:ServiceExport"), 2);
      assert.ok(run.resources.every(({ inputs }) => inputs.fleet === undefined));
    }
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
