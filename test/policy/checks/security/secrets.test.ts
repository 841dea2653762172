import { secrets } from "../../../../policy/checks/security/secrets.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service } from "../../support/objects.js";

const env = (...entries: object[]) => having(deployment(), "spec.template.spec.containers.0.env", entries);

describeCheck(secrets, {
  pass: {
    "a secretKeyRef": [env({ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "web", key: "password" } } })],
    "a Secret taken whole": [
      having(deployment(), "spec.template.spec.containers.0.envFrom", [{ secretRef: { name: "web" } }]),
    ],
  },
  violation: {
    "sets DB_PASSWORD as a literal": [env({ name: "DB_PASSWORD", value: "hunter2" })],
    "sets DATABASE_URL as a literal": [env({ name: "DATABASE_URL", value: "postgres://app:hunter2@db:5432/app" })],
    "sets API_TOKEN as a literal": [env({ name: "API_TOKEN", value: UNKNOWN })],
    "--admin-password as a literal": [
      having(deployment(), "spec.template.spec.containers.0.args", ["--admin-password=hunter2"]),
    ],
    "is kept in a ConfigMap": [
      object("ConfigMap", undefined, { data: { "tls.pem": "-----BEGIN PRIVATE KEY-----\nx" } }),
    ],
    "SIGNING is kept": [
      object("ConfigMap", undefined, { data: { SIGNING_KEY: "abc", SIGNING: "AKIAABCDEFGHIJKLMNOP" } }),
    ],
  },
  wrongKind: [
    service(),
    // Names about a secret, empty values and references hold none.
    having(deployment(), "spec.template.spec.containers.0.env", [
      { name: "DB_PASSWORD_FILE", value: "/run/secrets/db" },
      { name: "TOKEN_DIR", value: "/run/secrets" },
      { name: "CREDENTIALS_PATH", value: "relative/path" },
      { name: "MAX_TOKENS", value: "4096" },
      { name: "PASSWORD", value: "" },
      { name: "SECRET", value: "$(DB_SECRET)" },
      { name: "PARTITION_KEY", value: "tenant" },
    ]),
  ],
  unknown: [having(deployment(), "spec.template.spec.containers.0.env", UNKNOWN)],
});
