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
    "--redis-password as a literal": [
      having(deployment(), "spec.template.spec.containers.0.args", ["serve", "--redis-password", "hunter2"]),
    ],
    "sets GCLOUD_KEYFILE_JSON": [env({ name: "GCLOUD_KEYFILE_JSON", value: "ewogICJ0eXBlIjog" })],
    "data.gcp-credentials.json is unknown until deployment": [
      object("ConfigMap", undefined, { data: { "gcp-credentials.json": UNKNOWN } }),
    ],
    "config.json is kept in a ConfigMap": [
      object("ConfigMap", undefined, {
        data: { "config.json": '{"auths":{"registry.example.com":{"auth":"dXNlcjpwYXNz"}}}' },
      }),
    ],
    "is kept in a ConfigMap": [
      object("ConfigMap", undefined, { data: { "tls.pem": "-----BEGIN PRIVATE KEY-----\nx" } }),
    ],
    "app.properties sets db.password": [
      object("ConfigMap", undefined, { data: { "app.properties": "db.url=db:5432\n# who\ndb.password = hunter2\n" } }),
    ],
    "config sets REDIS_PASSWORD": [object("ConfigMap", undefined, { data: { config: "REDIS_PASSWORD=hunter2" } })],
    "settings.json sets apiKey": [
      object("ConfigMap", undefined, { data: { "settings.json": '{\n  "apiKey": "abc123",\n  "port": 1\n}' } }),
    ],
    "sets DB_PASS as a literal": [env({ name: "DB_PASS", value: "hunter2" })],
    "sets GOOGLE_APPLICATION_CREDENTIALS": [env({ name: "GOOGLE_APPLICATION_CREDENTIALS", value: "key-itself" })],
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
      { name: "KEY", value: "value" },
      { name: "SECRET_PROVIDER_CLASS", value: "vault" },
      { name: "GOOGLE_APPLICATION_CREDENTIALS", value: "/var/run/key.json" },
      { name: "TOKEN_ISSUER", value: "https://issuer.example.com" },
    ]),
    having(deployment(), "spec.template.spec.containers.0.args", ["--token", "$(TOKEN)", "--password", "--verbose"]),
    // Settings that name where a secret is, take it from elsewhere, or leave it empty.
    object("ConfigMap", undefined, {
      data: {
        config: "REDIS_PASSWORD=\npassword: ${REDIS_PASSWORD}\ntoken_file: /run/token\nproxy_pass: http://web\n",
        "nginx.conf": "proxy_pass http://backend:8080;\nauth_basic off;\n",
        "rules.yaml": "password:\n  minLength: 12\nsecretKeyRef: { name: web }\n",
      },
    }),
  ],
  unknown: [having(deployment(), "spec.template.spec.containers.0.env", UNKNOWN)],
});
