import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { recordRules, verificationRecord } from "../../../components/backups/verification.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { keepRecord } from "../../../operations/backup/record.js";
import { ObjectStorage, parseRepository } from "../../../operations/backup/storage.js";
import type { VerificationRecord } from "../../../operations/backup/verify.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { backupVerified } from "../../../policy/checks/reliability/backup-verified.js";
import { resultsOf } from "../../policy/support/check.js";
import type { Region } from "../../support/servers/region/region.js";
import { twoRegions } from "../cluster.js";

const namespace = "recorded";
const name = verificationRecord;
/** The record's place is a ConfigMap: nothing is asked of the storage. */
const catalogue = new Catalogue(new ObjectStorage(parseRepository("s3://unused/here")), "redis");
const store = (of: string) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: of, namespace, labels: { "agent-platform.io/store": of } },
});

function record(of: "redis" | "postgres", at: string, problems: readonly string[] = []): VerificationRecord {
  const verified = problems.length === 0;
  return { store: of, backup: `${of}_20261120_020000`, at, by: "pod", verified, objects: 3, bytes: 9, problems };
}

describe("the record of a verification on a real API server", function () {
  this.timeout(10 * 60_000);
  let region: Region;
  const { KUBECONFIG, POD_NAMESPACE } = process.env;

  before(async () => {
    ({ primary: region } = await twoRegions());
    const { api } = region;
    const metadata = { name, namespace };
    const objects: KubeObject[] = [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      { apiVersion: "v1", kind: "ServiceAccount", metadata },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules: recordRules },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    ];
    for (const object of objects) await api.apply(object);
    const { status } = await api.must("POST", `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    });
    const { server, certificateAuthority } = api.access;
    const data = Buffer.from(certificateAuthority).toString("base64");
    const file = join(region.folder, "verification.kubeconfig");
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, "certificate-authority-data": data } }],
      users: [{ name, user: { token: (status as { token: string }).token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      "current-context": name,
    };
    await writeFile(file, stringify(kubeconfig));
    Object.assign(process.env, { KUBECONFIG: file, POD_NAMESPACE: namespace });
  });

  after(async () => {
    for (const [key, value] of Object.entries({ KUBECONFIG, POD_NAMESPACE })) {
      if (value === undefined) Reflect.deleteProperty(process.env, key);
      else process.env[key] = value;
    }
    await region.api.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });

  it("is written with the job's own rights, a store beside the other, and read by the rule book", async () => {
    await keepRecord(catalogue, record("redis", "2026-11-20T05:00:00Z"), `configmap/${name}`);
    await keepRecord(catalogue, record("postgres", "2026-11-21T05:00:00Z"), `configmap/${name}`);
    await keepRecord(catalogue, record("redis", "2026-11-22T05:00:00Z", ["a byte"]), `configmap/${name}`);
    const map = await region.api.get("v1", "ConfigMap", { name, namespace });
    const data = map.data as Record<string, string>;
    assert.deepEqual([data.redis, data.postgres], ["2026-11-20T05:00:00Z", "2026-11-21T05:00:00Z"]);
    assert.deepEqual((JSON.parse(data["redis.json"] ?? "") as VerificationRecord).problems, ["a byte"]);
    const judged = resultsOf(backupVerified, [store("redis"), store("postgres"), store("vector"), map]);
    assert.deepEqual(
      judged.map(({ status, message }) => `${status}: ${message}`),
      [
        "pass: restored and verified 3 days ago",
        "pass: restored and verified 2 days ago",
        "warning: no record of a verified restore of vector",
      ],
    );
  });

  it("is the only one that the job may write", async () => {
    const elsewhere = keepRecord(catalogue, record("redis", "2026-11-20T05:00:00Z"), "configmap/another");
    await assert.rejects(elsewhere, /cannot write ConfigMap recorded\/another: [^]*forbidden/);
  });
});
