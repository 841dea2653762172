import { strict as assert } from "node:assert";
import { imagesOf } from "../../../operations/local/images/supply.js";
import { objectStoreServices } from "../../../operations/local/object-store.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { postgresStandIn } from "../../../operations/local/system/postgres.js";
import { archiveOf } from "../../../operations/local/system/postgres-archive.js";
import { at, list, textAt } from "../../support/plain.js";

const endpoint = "http://s3.backup-store.svc.cluster.local:9000";
const secret = (key: string) => ({ name: "backup-credentials", key });

const cronJob: KubeObject = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "redis-backup", namespace: "agent-memory" },
  spec: {
    jobTemplate: {
      spec: {
        template: {
          spec: {
            containers: [{ image: "example/backup:1", env: [{ name: "AWS_ENDPOINT_URL_S3", value: endpoint }] }],
          },
        },
      },
    },
  },
};

const objectStore: KubeObject = {
  apiVersion: "barmancloud.cnpg.io/v1",
  kind: "ObjectStore",
  metadata: { name: "archive", namespace: "agent-memory" },
  spec: {
    configuration: {
      destinationPath: "s3://here-postgres/here",
      endpointURL: endpoint,
      s3Credentials: { accessKeyId: secret("ID"), secretAccessKey: secret("KEY") },
    },
    instanceSidecarConfiguration: { resources: { limits: { cpu: "500m", memory: "512Mi" } } },
  },
};

const cluster = (more: object): KubeObject => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "postgres", namespace: "agent-memory" },
  spec: {
    bootstrap: { initdb: { database: "agent", secret: { name: "postgres-credentials" } } },
    managed: { services: { additional: [{ serviceTemplate: { metadata: { name: "postgres-service" } } }] } },
    postgresql: { parameters: { archive_timeout: "45s" } },
    storage: { size: "1Gi" },
    ...more,
  },
});
const plugins = [{ isWALArchiver: true, parameters: { barmanObjectName: "archive", serverName: "postgres" } }];

function variables(container: unknown): Record<string, unknown> {
  return Object.fromEntries(
    list(container, "env").map((item) => [textAt(item, "name"), at(item, "value") ?? at(item, "valueFrom")]),
  );
}

function containersOf(objects: readonly KubeObject[]): unknown[] {
  return list(
    objects.find(({ kind }) => kind === "StatefulSet")!,
    "spec.template.spec.containers",
  );
}

describe("backups of a local platform", () => {
  it("find the object store by the name that rendered objects give it", () => {
    const [service, slice, ...others] = objectStoreServices([cronJob, objectStore]);
    assert.deepEqual(others, []);
    assert.deepEqual(service?.metadata, { name: "s3", namespace: "backup-store" });
    assert.deepEqual(at(service, "spec.ports"), [{ name: "s3", port: 9000, targetPort: 7070, protocol: "TCP" }]);
    assert.deepEqual(slice?.metadata.labels, { "kubernetes.io/service-name": "s3" });
    assert.deepEqual(at(slice, "endpoints"), [{ addresses: ["198.18.0.2"], conditions: { ready: true } }]);
    assert.deepEqual(at(slice, "ports"), [{ name: "s3", port: 7070, protocol: "TCP" }]);
  });

  it("leave names alone that lead elsewhere, and addresses of anything but backups", () => {
    const text = JSON.stringify(cronJob);
    const outside = JSON.parse(text.replace(endpoint, "https://s3.example.com")) as KubeObject;
    assert.deepEqual(objectStoreServices([outside, { ...cronJob, kind: "Deployment" }]), []);
  });

  it("have the image of their jobs made", () => {
    assert.deepEqual(imagesOf([cronJob]), ["docker.io/example/backup:1"]);
  });

  it("have PostgreSQL archive where its Cluster says, through a container beside it", () => {
    const archived = cluster({ plugins });
    const archive = archiveOf(archived, [objectStore]);
    const [server, archiver] = containersOf(postgresStandIn(archived, { archive }));
    assert.equal(variables(server).ARCHIVE_TIMEOUT, "45s");
    assert.deepEqual(list(archiver, "args"), ["--endpoint-url", endpoint, "s3://here-postgres/here", "postgres"]);
    assert.deepEqual(variables(archiver).AWS_SECRET_ACCESS_KEY, { secretKeyRef: secret("KEY") });
    assert.deepEqual(at(archiver, "resources.limits"), { cpu: "500m", memory: "512Mi" });
  });

  it("have PostgreSQL archive nothing where its Cluster names no archive, or one that is not there", () => {
    assert.equal(archiveOf(cluster({}), [objectStore]), undefined);
    assert.equal(archiveOf(cluster({ plugins }), []), undefined);
    const [server, ...others] = containersOf(postgresStandIn(cluster({})));
    assert.deepEqual(others, []);
    assert.equal(variables(server).ARCHIVE_TIMEOUT, undefined);
  });
});
