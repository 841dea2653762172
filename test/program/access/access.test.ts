import { strict as assert } from "node:assert";
import type { RecordedResource } from "../../../cli/preview/recording.js";
import { rawConfig, runRaw } from "../../support/stacks.js";

const repository = "example/agent-platform";
const access = {
  github: { repository },
  state: {
    bucketArn: "arn:aws:s3:::example-agent-state",
    keyArn: "arn:aws:kms:us-east-2:123456789012:key/0123",
  },
};

describe("identities of the pipelines", function () {
  this.timeout(300_000);
  let resources: readonly RecordedResource[] = [];
  before(async () => {
    ({ resources } = await runRaw({ ...rawConfig("production"), access }));
  });
  const of = (type: string): readonly RecordedResource[] =>
    resources.filter((resource) => resource.type === type && resource.name.startsWith("access"));

  it("are not made where no repository is named", async () => {
    const run = await runRaw(rawConfig("production"));
    assert.deepEqual(
      run.resources.filter(({ name }) => name.startsWith("access")),
      [],
    );
  });

  it("trust one environment of one repository each, by subject and audience", () => {
    const trusted = of("aws:iam/role:Role").map(({ inputs }) => {
      const { Statement } = JSON.parse(inputs.assumeRolePolicy as string) as {
        Statement: { Condition: { StringEquals: Record<string, string> } }[];
      };
      assert.equal(Statement.length, 1);
      return [inputs.name, Statement[0]?.Condition.StringEquals];
    });
    const only = (environment: string): object => ({
      "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
      "token.actions.githubusercontent.com:sub": `repo:${repository}:environment:${environment}`,
    });
    assert.deepEqual(trusted, [
      ["pipeline-test-preview", only("preview-test")],
      ["pipeline-test-deploy", only("test")],
    ]);
    const members = of("gcp:serviceaccount/iAMMember:IAMMember").map(
      ({ inputs }) => String(inputs.member).split("/subject/")[1],
    );
    assert.deepEqual(members, [`repo:${repository}:environment:preview-test`, `repo:${repository}:environment:test`]);
  });

  it("are let into the stack's own EKS cluster, the reading one to read", () => {
    const [entry] = of("aws:eks/accessEntry:AccessEntry");
    assert.equal(entry?.inputs.clusterName, "agent-test-us-east-1");
    assert.equal(of("aws:eks/accessEntry:AccessEntry").length, 2);
    const policies = of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    assert.deepEqual(
      policies.map(({ name, inputs }) => [name, String(inputs.policyArn).split("/").at(-1), inputs.accessScope]),
      [
        ["access-preview-us-east-1-policy", "AmazonEKSAdminViewPolicy", { type: "cluster" }],
        ["access-deploy-us-east-1-policy", "AmazonEKSClusterAdminPolicy", { type: "cluster" }],
      ],
    );
    const cluster = resources.find(({ type }) => type === "aws:eks/cluster:Cluster");
    assert.equal(cluster?.inputs.name, entry.inputs.clusterName);
    assert.ok(entry.dependencies.length > 0, "nobody is admitted before the cluster is there");
  });

  it("are not let into a cluster that the stack adopted", async () => {
    const [east, west] = rawConfig("production").regions as [object, object];
    const adopted = {
      ...east,
      cluster: { existing: { name: "shared" } },
      network: {
        existing: {
          vpcId: "vpc-0a1b",
          privateSubnetIds: ["a", "b", "c"].map((id) => `subnet-0${id}0`),
          publicSubnetIds: ["a", "b", "c"].map((id) => `subnet-0${id}1`),
        },
      },
    };
    const run = await runRaw({ ...rawConfig("production"), access, regions: [adopted, west] });
    assert.deepEqual(
      run.resources.filter(({ type }) => type === "aws:eks/accessEntry:AccessEntry"),
      [],
    );
  });

  it("hold no basic role of Google Cloud, and none that reads a bucket's objects", () => {
    const roles = of("gcp:projects/iAMMember:IAMMember").map(({ inputs }) => String(inputs.role));
    assert.ok(roles.length >= 12, roles.join());
    for (const role of roles) assert.doesNotMatch(role, /^roles\/(owner|editor|viewer)$|roles\/storage\./);
    for (const { inputs } of of("gcp:projects/iAMCustomRole:IAMCustomRole"))
      for (const permission of inputs.permissions as string[]) assert.doesNotMatch(permission, /^storage\.objects\./);
  });
});
