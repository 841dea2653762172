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

/**
 * Why a finding is none, after all. Who may write a bucket's policy could grant himself its objects: parliament compares
 * what is allowed only, and cannot read the denial that answers it, whatever a bucket's policy says. Its location is
 * that of another file now and then, so that every document which allows the same must have the denial.
 */
function answerTo({ issue, detail }: Finding, policies: readonly string[]): string | undefined {
  const [, bucket = "", denied = "", allowed = ""] =
    /on (\S+) due to (s3:\w+) not being allowed, but does allow (s3:\w+)/.exec(String(detail)) ?? [];
  if (issue !== "RESOURCE_POLICY_PRIVILEGE_ESCALATION" || bucket === "") return undefined;
  if (allowed === "s3:PutLifecycleConfiguration") return "a lifecycle rule deletes no version before its lock is over";
  const says = (policy: string, effect: string, [action, resource]: readonly [string, string]): boolean =>
    (JSON.parse(policy) as { Statement: Statement[] }).Statement.some(
      ({ Effect, Action, Resource }) =>
        Effect === effect && [Action].flat().includes(action) && [Resource].flat().includes(resource),
    );
  const holders = policies.filter((policy) => says(policy, "Allow", [allowed, bucket]));
  const answered = holders.length > 0 && holders.every((policy) => says(policy, "Deny", [denied, `${bucket}/*`]));
  return answered ? "denied in the same document" : undefined;
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

  it("parliament finds nothing that a denial or a lock does not answer", async function () {
    const parliament = await pythonTool(this, "parliament", "parliament==1.6.4");
    const args = ["--directory", folder, "--include_policy_extension", "json", "--json"];
    const { stdout } = await runCommand(parliament, args, { allowExitCodes: [1] });
    const found = stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Finding);
    const answers = found.map((finding) => answerTo(finding, [...policies.values()]));
    const findings = found.filter((_, index) => answers[index] === undefined);
    const reasons = [...new Set(answers)].filter((answer) => answer !== undefined);
    process.stdout.write(
      `    ${policies.size} policies; ${found.length - findings.length} findings are answered: ${reasons.join(", ")}\n`,
    );
    assert.ok(policies.size > 30);
    assert.deepEqual(
      findings.map(({ issue, detail, location }) => `${location.filepath}: ${issue} ${JSON.stringify(detail)}`),
      [],
    );
  });

  it("the pipeline that deploys is denied the backups' objects", () => {
    const statements = deployStatements(scope).data;
    const denial = statements.find(({ Effect }) => Effect === "Deny");
    assert.ok(denial !== undefined);
    assert.deepEqual(denial.Resource, [
      "arn:aws:s3:::agent-memory-backups-production-*/*",
      "arn:aws:s3:::failover-switch-*/*",
    ]);
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"])
      assert.ok(denial.Action.includes(action), action);
  });

  it("no wildcard action on a wildcard resource", () => {
    for (const [name, policy] of policies) assert.deepEqual(wildcards(policy), [], name);
  });

  it("every policy fits its place", () => {
    for (const [name, policy] of policies) assert.ok(policy.length <= 6144, `${name}: ${policy.length} characters`);
  });
});
