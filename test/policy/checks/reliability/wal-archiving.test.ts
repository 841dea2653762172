import { walArchiving } from "../../../../policy/checks/reliability/wal-archiving.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object } from "../../support/objects.js";

const plugin = {
  name: "barman-cloud.cloudnative-pg.io",
  isWALArchiver: true,
  parameters: { barmanObjectName: "archive" },
};
const database = () =>
  object(
    "Cluster",
    { instances: 3, plugins: [plugin], postgresql: { parameters: { archive_timeout: "60s" } } },
    { apiVersion: "postgresql.cnpg.io/v1" },
  );
const archive = (name: string) =>
  object("ObjectStore", {}, { apiVersion: "barmancloud.cnpg.io/v1", metadata: { name, namespace: "agents" } });

describeCheck(walArchiving, {
  pass: {
    "a plugin and its archive": [database(), archive("archive")],
    "the operator's own store": [
      object(
        "Cluster",
        { backup: { barmanObjectStore: { destinationPath: "s3://a" } } },
        { apiVersion: "postgresql.cnpg.io/v1" },
      ),
    ],
  },
  violation: {
    "has no WAL archiver": [having(database(), "spec.plugins", [{ ...plugin, enabled: false }])],
    "archives to ObjectStore archive, which does not exist": [database(), archive("other")],
    "archive_timeout is 3600 s": [having(database(), "spec.postgresql.parameters.archive_timeout", "1h")],
    "archives nothing": [having(database(), "spec.postgresql.parameters.archive_timeout", "0")],
    "is no time": [having(database(), "spec.postgresql.parameters.archive_timeout", "soon")],
  },
  wrongKind: [deployment(), object("Cluster", {}, { apiVersion: "cluster.x-k8s.io/v1beta1" })],
  unknown: [having(database(), "spec.plugins", UNKNOWN)],
});
