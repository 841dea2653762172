import { strict as assert } from "node:assert";
import { encryptedMarker } from "../../../config/schema/secret.js";
import { findPlainSecrets, isSecretPath, secretPaths } from "../../../config/secrets.js";
import { validateConfig } from "../../../config/validate.js";
import { rawConfig } from "../../support/stacks.js";

const never = (): boolean => false;

describe("secrets in the configuration", () => {
  it("finds values in plain text at secret paths, without showing them", () => {
    const faults = findPlainSecrets(
      {
        agent: { secrets: { OPENAI_API_KEY: "sk-very-secret" } },
        delivery: { notifications: { webhookUrl: "https://x/tok" } },
        observability: { alerting: { receivers: [{ email: "a@example.com" }, { webhookUrl: "https://y/tok" }] } },
      },
      never,
    );
    assert.deepEqual(
      faults.map((fault) => fault.path),
      [
        "agent.secrets.OPENAI_API_KEY",
        "delivery.notifications.webhookUrl",
        "observability.alerting.receivers[1].webhookUrl",
      ],
    );
    assert.match(faults[2]?.fix ?? "", /--path 'agent-platform:observability\.alerting\.receivers\[1\]\.webhookUrl'/);
    assert.doesNotMatch(JSON.stringify(faults), /sk-very-secret|tok"/);
  });

  it("accepts them encrypted", () => {
    assert.deepEqual(
      findPlainSecrets({ agent: { secrets: { A: encryptedMarker } } }, () => true),
      [],
    );
  });

  it("accepts each of them encrypted, and checks it where it is decrypted", () => {
    const config = (url: string) => {
      const receivers = [{ name: "hook", webhookUrl: url }];
      const routing = { critical: "hook", warning: "hook", info: "hook" };
      return {
        ...rawConfig("production"),
        delivery: { notifications: { webhookUrl: url } },
        observability: { alerting: { receivers, routing } },
      };
    };
    assert.equal(validateConfig(config(encryptedMarker), "t").delivery.notifications.webhookUrl, encryptedMarker);
    assert.throws(
      () => validateConfig(config("no address"), "t"),
      ({ faults }: { faults: { path: string; rule: string; received?: string }[] }) => {
        assert.deepEqual(
          faults.map(({ path, rule }) => [path, rule]),
          ["delivery.notifications.webhookUrl", "observability.alerting.receivers[0].webhookUrl"].map((path) => [
            path,
            "must be an http or https URL",
          ]),
        );
        return faults.every(({ received }) => received === undefined);
      },
    );
  });

  it("finds text that is a secret wherever it stands", () => {
    const texts = {
      url: "https://user:pass@example.com/x",
      pem: "a: |\n-----BEGIN EC PRIVATE KEY-----\n",
      aws: "AKIAIOSFODNN7EXAMPLE",
      slack: "https://hooks.slack.com/services/T0/B0/x",
      host: "https://example.com:8443/a@b",
      image: "ghcr.io/example/a@sha256:0123",
    };
    const faults = findPlainSecrets({ agent: { files: texts } }, never);
    assert.deepEqual(
      faults.map(({ path }) => path),
      ["url", "pem", "aws", "slack"].map((name) => `agent.files.${name}`),
    );
    assert.ok(faults.every(({ received }) => received === undefined));
  });

  it("finds names of secrets in the ConfigMap's environment", () => {
    const config = { DB_PASSWORD: "x", API_KEY: "y", API_KEY_FILE: "/run/key", TOKEN_TTL: "60", MODEL: "m" };
    const paths = findPlainSecrets({ agent: { config } }, never).map((fault) => fault.path);
    assert.deepEqual(paths, ["agent.config.DB_PASSWORD", "agent.config.API_KEY"]);
  });

  it("survives any shape of configuration", () => {
    for (const raw of [{}, { agent: null }, { agent: 3 }, { agent: { secrets: "x" } }, { agent: { config: [] } }]) {
      assert.deepEqual(findPlainSecrets(raw as Record<string, unknown>, never), []);
    }
  });

  it("knows which paths are secret", () => {
    assert.deepEqual(
      secretPaths.map((path) => path.join(".")),
      ["agent.secrets.*", "delivery.notifications.webhookUrl", "observability.alerting.receivers.*.webhookUrl"],
    );
    assert.ok(isSecretPath(["agent", "secrets", "ANY"]));
    assert.ok(!isSecretPath(["agent", "config", "ANY"]));
    assert.ok(!isSecretPath(["agent", "secrets"]));
  });
});
