import assert from "node:assert/strict";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { postgresStandIn, replicationOf } from "../../../operations/local/system/postgres.js";
import { at } from "../../support/plain.js";

const region = (name: string, index: number) => ({
  name,
  nodes: 1,
  podCidr: `10.${index}.0.0/16`,
  serviceCidr: `10.${100 + index}.0.0/16`,
});
const [a, b, c] = [region("a", 1), region("b", 2), region("c", 3)];

const cluster = (enabled?: boolean): KubeObject => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "postgres", namespace: "memory" },
  spec: {
    bootstrap: {
      [enabled === true ? "recovery" : "initdb"]: { database: "memories", secret: { name: "credentials" } },
    },
    ...(enabled === undefined ? {} : { replica: { enabled, source: "archive" } }),
    inheritedMetadata: { labels: { store: "postgres" } },
    managed: { services: { additional: [{ serviceTemplate: { metadata: { name: "postgres-service" } } }] } },
    storage: { size: "1Gi" },
    resources: {},
  },
});

const find = (objects: readonly KubeObject[], kind: string, name: string): KubeObject | undefined =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

const environment = (objects: readonly KubeObject[]): unknown => {
  const { template } = find(objects, "StatefulSet", "postgres")?.spec as {
    template: { spec: { containers: [{ env: { name: string; value?: string }[] }] } };
  };
  return template.spec.containers[0].env.find(({ name }) => name === "PRIMARY_HOST")?.value;
};

describe("PostgreSQL of local regions", () => {
  it("follows the region whose Cluster is no replica", () => {
    const rendered = [[cluster(true)], [cluster()], [cluster(true)]];
    assert.deepEqual(replicationOf([a, b, c], rendered), { primary: b, replicas: [a, c] });
  });

  it("follows nobody where there is no replica, or nobody to follow", () => {
    assert.equal(replicationOf([a, b], [[cluster()], [cluster(false)]]), undefined);
    assert.equal(replicationOf([a, b], [[cluster(true)], []]), undefined);
  });

  it("lets replicas' pods through to the primary's address, and nobody else", () => {
    const replication = { primary: a, replicas: [b] };
    const primary = postgresStandIn(cluster(), { replication });
    const standby = postgresStandIn(cluster(true), { replication });
    const { clusterIP } = find(primary, "Service", "postgres-source")?.spec as { clusterIP: string };
    assert.equal(clusterIP, "10.101.0.32");
    assert.equal(environment(standby), clusterIP);
    assert.equal(environment(primary), undefined);
    const nodeOf = (objects: readonly KubeObject[]): unknown =>
      at(find(objects, "StatefulSet", "postgres"), "spec.template.spec.nodeSelector");
    // Their way leads through the first node, which hands on what comes in its own name.
    assert.deepEqual(nodeOf(primary), { "kubernetes.io/hostname": "a-1" });
    assert.equal(nodeOf(standby), undefined);
    const ports = [{ port: 5432, protocol: "TCP" }];
    const podSelector = { matchLabels: { store: "postgres" } };
    assert.deepEqual(find(primary, "NetworkPolicy", "postgres-source")?.spec, {
      podSelector,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ ipBlock: { cidr: "10.2.0.0/16" } }], ports }],
    });
    assert.deepEqual(find(standby, "NetworkPolicy", "postgres-source")?.spec, {
      podSelector,
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.101.0.32/32" } }], ports }],
    });
  });

  it("is one plain server where nobody follows", () => {
    const objects = postgresStandIn(cluster());
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["StatefulSet postgres", "Service postgres-service"],
    );
    assert.equal(environment(objects), undefined);
  });
});
