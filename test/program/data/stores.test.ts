import { strict as assert } from "node:assert";
import { parseQuantity } from "../../../common/quantity.js";
import { dataSchema } from "../../../config/schema/data.js";
import { at, list, textAt } from "../../support/plain.js";
import { region, type Region } from "./region.js";

function podSpecs({ recorded }: Region): unknown[] {
  return recorded.resources.flatMap(({ type, inputs }) => {
    if (type === "kubernetes:apps/v1:StatefulSet") return [at(inputs, "spec.template.spec")];
    if (type === "kubernetes:batch/v1:CronJob") return [at(inputs, "spec.jobTemplate.spec.template.spec")];
    return [];
  });
}

describe("data stores", () => {
  let primary: Region;
  let secondary: Region;
  before(async () => {
    primary = await region("primary");
    secondary = await region("secondary");
  });

  it("register exactly these objects in the primary region", () => {
    const kubernetes = primary.recorded
      .inventory(/^kubernetes:/)
      .map((line) => line.replace("kubernetes:", "").replace("here-data-", ""));
    assert.deepEqual(kubernetes, [
      "apps/v1:StatefulSet redis-workload",
      "apps/v1:StatefulSet vector-workload",
      "barmancloud.cnpg.io/v1:ObjectStore postgres-archive",
      "batch/v1:CronJob copies-postgres-job",
      "batch/v1:CronJob copies-redis-job",
      "batch/v1:CronJob copies-vector-job",
      "batch/v1:CronJob redis-backup",
      "batch/v1:CronJob vector-backup",
      "batch/v1:CronJob verification-job",
      "core/v1:ConfigMap redis-config",
      "core/v1:Secret postgres-credentials",
      "core/v1:Secret redis-credentials",
      "core/v1:Secret vector-credentials",
      "core/v1:Service redis-headless",
      "core/v1:Service redis-service",
      "core/v1:Service vector-headless",
      "core/v1:Service vector-service",
      "core/v1:ServiceAccount copies-postgres-service-account",
      "core/v1:ServiceAccount copies-redis-service-account",
      "core/v1:ServiceAccount copies-vector-service-account",
      "core/v1:ServiceAccount redis-backup-service-account",
      "core/v1:ServiceAccount redis-service-account",
      "core/v1:ServiceAccount vector-backup-service-account",
      "core/v1:ServiceAccount vector-service-account",
      "core/v1:ServiceAccount verification-service-account",
      "networking.k8s.io/v1:NetworkPolicy copies-postgres-network-policy",
      "networking.k8s.io/v1:NetworkPolicy copies-redis-network-policy",
      "networking.k8s.io/v1:NetworkPolicy copies-vector-network-policy",
      "networking.k8s.io/v1:NetworkPolicy postgres-network-policy",
      "networking.k8s.io/v1:NetworkPolicy redis-backup-network-policy",
      "networking.k8s.io/v1:NetworkPolicy redis-network-policy",
      "networking.k8s.io/v1:NetworkPolicy vector-backup-network-policy",
      "networking.k8s.io/v1:NetworkPolicy vector-network-policy",
      "networking.k8s.io/v1:NetworkPolicy verification-network-policy",
      "policy/v1:PodDisruptionBudget redis-disruption-budget",
      "policy/v1:PodDisruptionBudget vector-disruption-budget",
      "postgresql.cnpg.io/v1:Cluster postgres-cluster",
      "postgresql.cnpg.io/v1:ScheduledBackup postgres-backup",
      "rbac.authorization.k8s.io/v1:Role verification-role",
      "rbac.authorization.k8s.io/v1:RoleBinding verification-role-binding",
    ]);
  });

  it("add to a secondary region only the archive that its replica cluster follows", () => {
    const added = secondary.recorded.inventory().filter((line) => !primary.recorded.inventory().includes(line));
    assert.deepEqual(added, ["kubernetes:barmancloud.cnpg.io/v1:ObjectStore here-data-postgres-source-archive"]);
    const cluster = secondary.recorded.one("kubernetes:postgresql.cnpg.io/v1:Cluster", "here-data-postgres-cluster");
    assert.deepEqual(at(cluster.inputs, "spec.replica"), { enabled: true, source: "postgres-source-archive" });
  });

  it("leave the replica role to whoever fails over, and refuse to delete the database", () => {
    const cluster = primary.recorded.one("kubernetes:postgresql.cnpg.io/v1:Cluster", "here-data-postgres-cluster");
    assert.deepEqual(
      [...cluster.ignoreChanges],
      ["spec.replica", "spec.bootstrap", "spec.externalClusters", "spec.managed.services"],
    );
    assert.equal(cluster.protect, true);
    assert.equal(primary.recorded.parentOf(cluster), "here-data-postgres");
  });

  it("give each workload an identity of its own, with its own bucket and no more", () => {
    const grants = (of: Region): Record<string, string[]> =>
      Object.fromEntries(
        of.identities.map((request) => [
          request.serviceAccount,
          request.grants.map(({ bucket, access }) => `${access} ${bucket.key}`),
        ]),
      );
    const common = {
      weaviate: ["write here-vector"],
      "redis-backup": ["write here-redis"],
      "vector-backup": ["write here-vector"],
      "backup-verification": ["read here-postgres", "read here-redis", "read here-vector"],
      "postgres-copy": ["read here-postgres", "write there-postgres"],
      "redis-copy": ["read here-redis", "write there-redis"],
      "vector-copy": ["read here-vector", "write there-vector"],
    };
    assert.deepEqual(grants(primary), { postgres: ["write here-postgres"], ...common });
    assert.deepEqual(grants(secondary), {
      postgres: ["write here-postgres", "read elsewhere-postgres"],
      ...common,
    });
  });

  it("pass the restricted Pod Security level, with requests equal to limits and no token they do not need", () => {
    const specs = podSpecs(primary);
    assert.equal(specs.length, 8);
    for (const spec of specs) {
      assert.equal(at(spec, "securityContext.runAsNonRoot"), true);
      assert.deepEqual(at(spec, "securityContext.seccompProfile"), { type: "RuntimeDefault" });
      const needsToken = at(spec, "serviceAccountName") === "backup-verification";
      assert.equal(at(spec, "automountServiceAccountToken"), needsToken);
      for (const container of list(spec, "containers")) {
        assert.deepEqual(at(container, "securityContext"), {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        assert.deepEqual(at(container, "resources.requests"), at(container, "resources.limits"));
        assert.ok((parseQuantity(textAt(container, "resources.limits.memory")) ?? 0) > 0);
      }
    }
  });

  it("keep passwords in Secrets only", () => {
    for (const resource of primary.recorded.resources) {
      const text = JSON.stringify(resource.inputs);
      if (/:Secret$/.test(resource.type)) {
        assert.ok(
          resource.secretPaths.some((path) => path.startsWith("stringData")),
          resource.name,
        );
      } else assert.ok(!/password-c0de5afe/.test(text), `${resource.name} shows a password`);
    }
  });

  it("write no empty annotations", () => {
    for (const { name, inputs } of primary.recorded.resources) {
      assert.ok(!JSON.stringify(inputs).includes('"annotations":{}'), name);
    }
  });

  it("mark every schedule with what the rule book reads", () => {
    const metadata = primary.recorded.resources
      .map(({ inputs }) => (at(inputs, "metadata") ?? {}) as { labels?: Record<string, string>; annotations?: unknown })
      .filter((data) => data.labels?.["agent-platform.io/backup"] === "true");
    const schedules = metadata.map((data) => [data.labels?.["agent-platform.io/store"], data.annotations]);
    const marksOf = (store: string, schedule: string, days: string): unknown => [
      store,
      {
        "agent-platform.io/schedule": schedule,
        "agent-platform.io/retention-days": days,
        "agent-platform.io/encrypted": "true",
        "agent-platform.io/location": `s3://here-${store}/here`,
        "agent-platform.io/copy-location": `gs://there-${store}/here`,
      },
    ];
    assert.deepEqual(
      schedules.sort((a, b) => String(a[0]).localeCompare(String(b[0]))),
      [
        marksOf("postgres", "0 2 * * *", "30"),
        marksOf("redis", "0 */6 * * *", "7"),
        marksOf("vector", "0 3 * * *", "14"),
      ],
    );
  });

  it("choose Weaviate's backup module by the bucket's URI", () => {
    const workload = primary.recorded.one("kubernetes:apps/v1:StatefulSet", "here-data-vector-workload");
    const variables = list(workload.inputs, "spec.template.spec.containers.0.env");
    const env = Object.fromEntries(variables.map((item) => [textAt(item, "name"), at(item, "value")]));
    assert.equal(env.ENABLE_MODULES, "backup-s3");
    assert.equal(env.BACKUP_S3_BUCKET, "here-vector");
    assert.equal(env.BACKUP_S3_PATH, "here");
    assert.equal(env.RAFT_JOIN, "weaviate-0,weaviate-1,weaviate-2");
  });

  it("let only the agent, their own jobs and peers, metrics and the operator in", () => {
    const { inputs } = primary.recorded.one(
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "here-data-postgres-network-policy",
    );
    assert.deepEqual(at(inputs, "spec.policyTypes"), ["Ingress", "Egress"]);
    const selected = (peer: unknown): unknown =>
      Object.values(
        (at(peer, "podSelector.matchLabels") ?? at(peer, "namespaceSelector.matchLabels")) as Record<string, string>,
      )[0];
    const from = list(inputs, "spec.ingress").map((rule) => [
      list(rule, "from").map(selected),
      list(rule, "ports").map((port) => at(port, "port")),
    ]);
    assert.deepEqual(from, [
      [["agent-memory", "postgres"], [5432]],
      [["observability"], [9187]],
      [["postgres"], [5432, 8000]],
      [["cnpg-system"], [8000, 5432]],
    ]);
  });

  it("deploy nothing for an external store but the name that leads to it", async () => {
    const external = dataSchema.parse({
      postgres: { external: { host: "db.example.com" } },
      redis: { external: { host: "cache.example.com" } },
      vector: { external: { host: "vectors.example.com", port: 443 } },
    });
    const { recorded, identities } = await region("primary", external);
    assert.deepEqual(recorded.inventory(/^kubernetes:/), [
      "kubernetes:core/v1:Service here-data-postgres-service",
      "kubernetes:core/v1:Service here-data-redis-service",
      "kubernetes:core/v1:Service here-data-vector-service",
    ]);
    assert.equal(identities.length, 0);
  });
});
