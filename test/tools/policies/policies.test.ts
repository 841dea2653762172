import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import type { RecordedResource } from "../../../cli/preview/recording.js";
import { deployStatements, previewStatements } from "../../../components/access/aws-policies.js";
import { policyDocument, type Statement } from "../../../components/clusters/identity/iam.js";
import { pythonTool } from "../../support/outside-tools.js";
import { rawConfig, runOf, runRaw, stackNames } from "../../support/stacks.js";

interface Finding {
  readonly issue: string;
  readonly detail: unknown;
  readonly location: { readonly filepath: string };
}

/** Kinds of resources whose policy parliament reads: it knows no trust and no key policies, which are held to exactly what they say elsewhere. */
const judged = /^aws:(iam\/(rolePolicy:RolePolicy|policy:Policy)|s3\/bucketPolicy:BucketPolicy)$/;
const scope = {
  stack: "production",
  account: "123456789012",
  bucketPrefix: "agent-memory-backups",
  regions: ["us-east-1", "us-west-2"],
  stateBucket: "arn:aws:s3:::example-agent-state",
  stateKey: "arn:aws:kms:us-east-2:123456789012:key/0123",
};

function policiesOf(resources: readonly RecordedResource[]): Map<string, string> {
  const found = resources.filter(({ type, inputs }) => judged.test(type) && typeof inputs.policy === "string");
  return new Map(found.map(({ name, inputs }) => [name, inputs.policy as string]));
}

function wildcards(policy: string): string[] {
  const { Statement: statements } = JSON.parse(policy) as { Statement: Statement[] };
  return statements.flatMap(({ Effect, Sid, Action, Resource }) => {
    const actions = [Action].flat().filter((action) => action.includes("*"));
    const open = [Resource].flat().includes("*");
    return Effect === "Allow" && open && actions.length > 0 ? [`${Sid}: ${actions.join(", ")}`] : [];
  });
}

describe("cloud policies", function () {
  this.timeout(600_000);
  let folder = "";
  const policies = new Map<string, string>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "policies-"));
    for (const stack of stackNames) {
      for (const [name, policy] of policiesOf((await runOf(stack)).resources)) policies.set(`${stack}.${name}`, policy);
    }
    const access = {
      github: { repository: "example/agent-platform" },
      state: { bucketArn: scope.stateBucket, keyArn: scope.stateKey },
    };
    const run = await runRaw({ ...rawConfig("production"), access });
    for (const [name, policy] of policiesOf(run.resources)) policies.set(`access.${name}`, policy);
    for (const [part, statements] of Object.entries(previewStatements(scope))) {
      policies.set(`pipeline.preview-${part}`, policyDocument(statements));
    }
    for (const [part, statements] of Object.entries(deployStatements(scope))) {
      policies.set(`pipeline.deploy-${part}`, policyDocument(statements));
    }
    for (const [name, policy] of policies) writeFileSync(join(folder, `${name}.json`), policy);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function findingsIn(parliament: string, directory: string): Promise<string[]> {
    const args = ["--directory", directory, "--include_policy_extension", "json", "--json"];
    const { stdout } = await runCommand(parliament, args, { allowExitCodes: [1] });
    return stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Finding)
      .map(({ issue, detail, location }) => `${location.filepath}: ${issue} ${JSON.stringify(detail)}`);
  }

  it("parliament finds nothing", async function () {
    const parliament = await pythonTool(this, "parliament", "parliament==1.6.4");
    assert.ok(policies.size > 30);
    assert.deepEqual(await findingsIn(parliament, folder), []);
    process.stdout.write(`    ${policies.size} policies, no finding\n`);
  });

  it("parliament would find who writes a policy for a bucket that he may not read", async function () {
    const parliament = await pythonTool(this, "parliament", "parliament==1.6.4");
    const directory = mkdtempSync(join(tmpdir(), "policies-broken-"));
    const allowed = deployStatements(scope).data.filter(({ Effect }) => Effect === "Allow");
    const Resource = "arn:aws:s3:::agent-memory-backups-production-*";
    const broken: Statement = { Sid: "Broken", Effect: "Allow", Action: ["s3:PutBucketPolicy"], Resource };
    writeFileSync(join(directory, "broken.json"), policyDocument([...allowed, broken]));
    assert.match(String(await findingsIn(parliament, directory)), /RESOURCE_POLICY_PRIVILEGE_ESCALATION.*GetObject/);
    rmSync(directory, { recursive: true });
  });

  it("the pipeline that deploys is denied the backups, who reaches them, and their keys", () => {
    const denials = deployStatements(scope).data.filter(({ Effect }) => Effect === "Deny");
    const vaults = "arn:aws:s3:::agent-memory-backups-production-*";
    const keys = scope.regions.map((region) => `arn:aws:kms:${region}:123456789012:key/*`);
    const denied = denials.map(({ Action, Resource, Condition = {} }) => [Action, Resource, Condition]);
    assert.deepEqual(denied, [
      [
        ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
        [`${vaults}/*`],
        {},
      ],
      [
        [
          "s3:DeleteBucketPolicy",
          "s3:PutBucketPolicy",
          "s3:PutLifecycleConfiguration",
          "s3:PutReplicationConfiguration",
        ],
        [vaults],
        {},
      ],
      [
        [
          ...["kms:CreateGrant", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
          ...["kms:TagResource", "kms:UntagResource"],
        ],
        keys,
        { StringEquals: { "aws:ResourceTag/purpose": "backups" } },
      ],
    ]);
  });

  it("no wildcard action on a wildcard resource", () => {
    for (const [name, policy] of policies) assert.deepEqual(wildcards(policy), [], name);
  });

  it("every policy fits its place", () => {
    for (const [name, policy] of policies) assert.ok(policy.length <= 6144, `${name}: ${policy.length} characters`);
  });
});
