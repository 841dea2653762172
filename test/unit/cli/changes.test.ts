import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readChanges, risksOf, type ChangeReport } from "../../../cli/changes/changes.js";
import { changesMarkdown } from "../../../cli/changes/markdown.js";

const urn = (type: string, name: string): string => `urn:pulumi:production::agent-platform::${type}::${name}`;
const vault = "agent-platform:backups:S3Vault$aws";
const pipelines = { op: "same", urn: urn("agent-platform:access:PipelineAccess", "access") };
const steps = [
  { op: "update", urn: urn(`${vault}:s3/bucketPolicy:BucketPolicy`, "vault-us-east-1-postgres-policy") },
  { op: "update", urn: urn(`${vault}:kms/key:Key`, "vault-us-east-1-key") },
  { op: "update", urn: urn("agent-platform:backups:GcsVault$gcp:storage/bucket:Bucket", "vault-us-west1-redis") },
  { op: "create", urn: urn("agent-platform:a:B$gcp:storage/bucketIAMMember:BucketIAMMember", "writer") },
  { op: "create", urn: urn("agent-platform:backups:BackupCopies$aws:s3/replication:Replication", "copies") },
  { op: "same", urn: urn(`${vault}:s3/bucket:Bucket`, "vault-us-east-1-postgres") },
  { op: "update", urn: urn("agent-platform:failover:Failover$aws:s3/bucketPolicy:BucketPolicy", "readers") },
  { op: "create", urn: urn("agent-platform:failover:Failover$gcp:storage/bucketIAMMember:BucketIAMMember", "all") },
];

describe("changes of an engine's preview", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "changes-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function report(of: readonly object[]): ChangeReport {
    const file = join(folder, "changes.json");
    writeFileSync(file, JSON.stringify({ steps: of }));
    return readChanges("ci risk", file);
  }

  it("name what the pipeline may not do to the backups' vaults, and nothing else", () => {
    const found = report([pipelines, ...steps]);
    assert.deepEqual(
      risksOf(found).forAdministrator.map(({ name }) => name),
      ["vault-us-east-1-postgres-policy", "vault-us-east-1-key", "vault-us-west1-redis", "writer", "copies"],
    );
    const text = changesMarkdown(found);
    assert.match(text, /^## ⛔ Needs an administrator: 5 changes of the backups' vaults/);
    assert.match(text, /- update vault-us-east-1-key \(aws:kms\/key:Key\)/);
  });

  it("leave vaults to the pipeline where its rights are not the stack's", () => {
    const found = report(steps);
    assert.deepEqual(risksOf(found).forAdministrator, []);
    assert.match(changesMarkdown(found), /^## ✅ Risk: nothing is deleted or replaced/);
  });
});
