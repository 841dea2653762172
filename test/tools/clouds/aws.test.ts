import assert from "node:assert/strict";
import { runProgram } from "../../../cli/preview/run-program.js";
import { readStackFile } from "../../../cli/preview/stack-files.js";
import { program } from "../../../components/program.js";
import { AwsAccount } from "../../support/clouds/aws/account.js";
import { AwsJudge } from "../../support/clouds/aws/judge.js";
import { judgesInDocs } from "../../support/clouds/judges.js";
import { root, stackNames } from "../../support/stacks.js";

const trust = (principal: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: principal }, Action: ["sts:AssumeRole"] }],
  });
const network = { vpcId: "vpc", availabilityZone: "us-east-1a", mapPublicIpOnLaunch: false };

/** What AWS would refuse, by type; `{vpc}` and `{zone}` stand for what was created before. */
const refused: readonly (readonly [string, string, Record<string, unknown>, RegExp])[] = [
  [
    "a role's name of 65 characters",
    "iam/role:Role",
    { name: "r".repeat(65), assumeRolePolicy: trust("eks.amazonaws.com") },
    /RoleName: 65 characters is more than 64/,
  ],
  [
    "a policy whose action has no service",
    "iam/rolePolicy:RolePolicy",
    {
      role: "role",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "GetObject", Resource: "*" }],
      }),
    },
    /PutRolePolicy: MalformedPolicyDocument/,
  ],
  [
    "a managed policy that does not exist",
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    { role: "role", policyArn: "arn:aws:iam::aws:policy/AmazonEKSNothing" },
    /AttachRolePolicy: NoSuchEntity/,
  ],
  [
    "a subnet outside its network",
    "ec2/subnet:Subnet",
    { ...network, cidrBlock: "10.1.0.0/24" },
    /CreateSubnet: InvalidSubnet.Range/,
  ],
  [
    "a subnet that overlaps another",
    "ec2/subnet:Subnet",
    { ...network, cidrBlock: "10.0.0.0/25" },
    /CreateSubnet: InvalidSubnet.Conflict/,
  ],
  [
    "a record outside its zone",
    "route53/record:Record",
    { zoneId: "zone", name: "agent.example.org", type: "A", ttl: 60, records: ["192.0.2.1"] },
    /ChangeResourceRecordSets: InvalidChangeBatch/,
  ],
  [
    "a weight of 300",
    "route53/record:Record",
    {
      ...{ zoneId: "zone", name: "agent.example.com", type: "A", ttl: 60, records: ["192.0.2.1"] },
      ...{ setIdentifier: "a", weightedRoutingPolicies: [{ weight: 300 }] },
    },
    /Weight: 300 {2}is more than 255/,
  ],
  [
    "a health check every 5 seconds",
    "route53/healthCheck:HealthCheck",
    { type: "HTTPS", fqdn: "agent.example.com", requestInterval: 5 },
    /RequestInterval: 5 {2}is less than 10/,
  ],
  [
    "a health check of a kind that is none",
    "route53/healthCheck:HealthCheck",
    { type: "PING", fqdn: "agent.example.com" },
    /Type: PING is none of HTTP,/,
  ],
  [
    "a key deleted after 40 days",
    "kms/key:Key",
    { enableKeyRotation: true, deletionWindowInDays: 400 },
    /PendingWindowInDays: 400 {2}is more than 365/,
  ],
  [
    "metadata without tokens, misspelt",
    "ec2/launchTemplate:LaunchTemplate",
    { blockDeviceMappings: [], metadataOptions: { httpTokens: "needed" }, tagSpecifications: [] },
    /HttpTokens: needed is none of optional, required/,
  ],
  [
    "an add-on's role that is no ARN",
    "eks/addon:Addon",
    { clusterName: "c", addonName: "vpc-cni", serviceAccountRoleArn: "", resolveConflictsOnUpdate: "NONE" },
    /serviceAccountRoleArn: 0 characters is less than 1/,
  ],
  [
    "a cluster's role that is no role",
    "eks/cluster:Cluster",
    {
      ...{ name: "c", roleArn: "arn:aws:iam::123456789012:user/c", vpcConfig: { subnetIds: [] } },
      ...{ encryptionConfig: { resources: ["secrets"], provider: { keyArn: "k" } }, enabledClusterLogTypes: ["api"] },
    },
    /CreateCluster: InvalidParameterException/,
  ],
  [
    "a lifecycle rule with two ways to say its prefix",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    {
      bucket: "bucket",
      rules: [{ id: "r", status: "Enabled", prefix: "a", filter: { prefix: "b" }, expiration: { days: 1 } }],
    },
    /PutBucketLifecycleConfiguration: MalformedXML/,
  ],
  [
    "an encryption that is none",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    { bucket: "bucket", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "rot13" } }] },
    /SSEAlgorithm: rot13 is none of AES256/,
  ],
  [
    "an input that no call has",
    "kms/alias:Alias",
    { name: "alias/a", targetKeyId: "key", colour: "red" },
    /no call has colour/,
  ],
  ["a type that is not in the table", "sqs/queue:Queue", {}, /nobody judges aws:sqs/],
];

describe("AWS inputs under the API's own models and an emulated account", function () {
  this.timeout(180_000);
  let judge: AwsJudge;
  const judged = new Map<string, "emulator" | "model">();

  beforeEach(async function () {
    // Each test has an account of its own.
    judge = await AwsJudge.start(this);
  });
  afterEach(async () => {
    await judge.stop();
  });

  for (const stack of stackNames) {
    it(`are accepted whole: ${stack}`, async () => {
      const account = new AwsAccount(judge);
      await runProgram(program, readStackFile(root, stack), { clouds: account });
      assert.deepEqual(account.faults, []);
      const operations = [...account.judged].flatMap(([type, { operations: all, emulated }]) => {
        judged.set(type, emulated.size > 0 ? "emulator" : "model");
        return [...all];
      });
      const types = account.judged.size;
      process.stdout.write(`    ${types} types by ${new Set(operations).size} operations: nothing refused\n`);
    });
  }

  it("are refused where AWS would", async () => {
    const account = new AwsAccount(judge);
    const create = async (type: string, name: string, inputs: Record<string, unknown>): Promise<string> =>
      (await account.create({ type: `aws:${type}`, name, inputs, custom: true }))?.id ?? "";
    const ids = {
      vpc: await create("ec2/vpc:Vpc", "vpc", {
        ...{ cidrBlock: "10.0.0.0/16", enableDnsSupport: true, enableDnsHostnames: true },
      }),
      zone: await create("route53/zone:Zone", "zone", { name: "example.com" }),
      key: await create("kms/key:Key", "key", { enableKeyRotation: true, deletionWindowInDays: 7 }),
      role: await create("iam/role:Role", "role", { name: "role", assumeRolePolicy: trust("eks.amazonaws.com") }),
      bucket: await create("s3/bucket:Bucket", "bucket", { bucket: "bucket" }),
    };
    await create("ec2/subnet:Subnet", "subnet", { ...network, vpcId: ids.vpc, cidrBlock: "10.0.0.0/24" });
    assert.deepEqual(account.faults, []);
    const wrong: string[] = [];
    for (const [what, type, inputs, fault] of refused) {
      account.faults.length = 0;
      const refer = (key: "vpcId" | "zoneId" | "targetKeyId", id: string): object =>
        key in inputs ? { [key]: id } : {};
      const references = { ...refer("vpcId", ids.vpc), ...refer("zoneId", ids.zone), ...refer("targetKeyId", ids.key) };
      await create(type, "refused", { ...inputs, ...references });
      const found = account.faults.join("; ");
      if (account.faults.length !== 1 || !fault.test(found)) wrong.push(`${what}: ${found || "accepted"}`);
    }
    assert.deepEqual(wrong, []);
    process.stdout.write(`    ${refused.length} faults of ${refused.length} refused\n`);
  });

  it("are told type by type in the documentation, with who judged them", () => {
    const words = { emulator: "API model and emulator", model: "API model" };
    assert.deepEqual(
      judgesInDocs("aws"),
      [...judged.keys()].sort().map((type) => [type, words[judged.get(type)!]]),
    );
  });
});
