import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { objectStoreSpec, scheduledBackupSpec } from "../../../components/data/postgres-archive.js";
import { postgresClusterSpec } from "../../../components/data/postgres-cluster.js";
import type { WorkloadIdentity } from "../../../components/clusters/cluster.js";
import { backupTable } from "../../../config/backup-table.js";
import { dataSchema } from "../../../config/schema/data.js";
import { messageOf } from "../../../common/errors.js";
import { skip } from "../../support/counts.js";
import { customResourceSchemas, type CustomResourceSchemas } from "../../support/custom-resource-schemas.js";
import { at } from "../../support/plain.js";
import { backupsConfig, bucket, dataConfig } from "../../support/store-fixtures.js";

const identity: WorkloadIdentity = { serviceAccountAnnotations: { "example.com/role": "r" } };
const federated: WorkloadIdentity = {
  serviceAccountAnnotations: {},
  federation: {
    mountPath: "/projected",
    sources: [{ serviceAccountToken: { path: "token", audience: "sts.amazonaws.com" } }],
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: "/projected/token" },
  },
};
const base = { config: dataConfig.postgres, storageClass: "encrypted", identity, archived: true, replica: false };

async function resolved(value: unknown): Promise<unknown> {
  return await new Promise((resolve) => pulumi.output(value as object).apply(resolve));
}

describe("PostgreSQL objects", () => {
  let schemas: CustomResourceSchemas | string;

  before(async function () {
    this.timeout(300_000);
    schemas = await customResourceSchemas().catch((thrown: unknown) => messageOf(thrown));
  });

  it("are valid under CloudNativePG's own schemas, in every shape that they take", async function () {
    if (typeof schemas === "string") skip(this, schemas);
    const small = dataSchema.parse({ postgres: { instances: 1 } }).postgres;
    const clusters = [
      postgresClusterSpec(base),
      postgresClusterSpec({ ...base, replica: true, identity: federated }),
      postgresClusterSpec({ ...base, config: small, archived: false, identity: { serviceAccountAnnotations: {} } }),
    ];
    for (const spec of clusters) assert.deepEqual(schemas.faults("clusters.postgresql.cnpg.io", spec), []);
    const static_ = { serviceAccountAnnotations: {}, credentialsSecret: "backup-credentials" };
    for (const [scheme, who] of [
      ["s3", identity],
      ["gs", federated],
      ["s3", static_],
    ] as const) {
      const spec = objectStoreSpec({
        bucket: bucket("a", "postgres", scheme),
        region: "a",
        identity: who,
        retentionDays: 30,
      });
      assert.deepEqual(schemas.faults("objectstores.barmancloud.cnpg.io", await resolved(spec)), []);
    }
    const scheduled = scheduledBackupSpec(backupTable(backupsConfig).postgres);
    assert.deepEqual(schemas.faults("scheduledbackups.postgresql.cnpg.io", scheduled), []);
  });

  it("are refused by those schemas with a misspelt key or a wrong type", function () {
    if (typeof schemas === "string") skip(this, schemas);
    const spec = { ...postgresClusterSpec(base), instances: "three", storag: {} };
    assert.deepEqual(schemas.faults("clusters.postgresql.cnpg.io", spec).sort(), [
      " must NOT have additional properties: storag",
      "/instances must be integer",
    ]);
  });

  it("wait for one standby, and stop writing without any only where there are two", () => {
    const synchronous = (instances: number): unknown => {
      const config = { ...dataConfig.postgres, instances };
      return at(postgresClusterSpec({ ...base, config }), "postgresql.synchronous");
    };
    assert.equal(synchronous(1), undefined);
    assert.deepEqual(synchronous(2), { method: "any", number: 1, dataDurability: "preferred" });
    assert.deepEqual(synchronous(3), { method: "any", number: 1, dataDurability: "required", failoverQuorum: true });
  });

  it("archive WAL every minute and take a base backup daily from a standby", () => {
    const spec = postgresClusterSpec(base);
    assert.equal(at(spec, "postgresql.parameters.archive_timeout"), "60s");
    assert.deepEqual(spec.plugins, [
      {
        name: "barman-cloud.cloudnative-pg.io",
        enabled: true,
        isWALArchiver: true,
        parameters: { barmanObjectName: "postgres-archive", serverName: "postgres" },
      },
    ]);
    const backup = scheduledBackupSpec(backupTable(backupsConfig).postgres);
    assert.equal(backup.schedule, "0 0 2 * * *");
    assert.equal(backup.target, "prefer-standby");
  });

  it("follow the source archive in a replica cluster, and start empty elsewhere", () => {
    const replica = postgresClusterSpec({ ...base, replica: true });
    assert.deepEqual(replica.replica, { enabled: true, source: "postgres-source-archive" });
    assert.equal(at(replica, "bootstrap.recovery.source"), "postgres-source-archive");
    assert.equal(at(replica, "externalClusters.0.plugin.parameters.barmanObjectName"), "postgres-source-archive");
    const primary = postgresClusterSpec(base);
    assert.deepEqual(primary.bootstrap, {
      initdb: {
        database: "agent_memory",
        owner: "agent_memory",
        secret: { name: "postgres-credentials" },
        dataChecksums: true,
        encoding: "UTF8",
      },
    });
    assert.equal("replica" in primary, false);
  });

  it("use the credentials that the bucket's URI asks for", async () => {
    const configuration = async (scheme: "s3" | "gs"): Promise<unknown> =>
      at(
        await resolved(objectStoreSpec({ bucket: bucket("a", "postgres", scheme), region: "a", identity })),
        "configuration",
      );
    const s3 = await configuration("s3");
    assert.equal(at(s3, "destinationPath"), "s3://a-postgres/a");
    assert.deepEqual(at(s3, "s3Credentials"), { inheritFromIAMRole: true });
    assert.equal(at(s3, "googleCredentials"), undefined);
    const gs = await configuration("gs");
    assert.equal(at(gs, "destinationPath"), "gs://a-postgres/a");
    assert.deepEqual(at(gs, "googleCredentials"), { gkeEnvironment: true });
    assert.equal(at(gs, "s3Credentials"), undefined);
  });
});
