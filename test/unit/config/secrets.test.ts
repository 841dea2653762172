import { strict as assert } from "node:assert";
import { encryptedMarker, findPlainSecrets, isSecretPath } from "../../../config/secrets.js";

const never = (): boolean => false;

describe("secrets in the configuration", () => {
  it("finds values in plain text at secret paths, without showing them", () => {
    const faults = findPlainSecrets(
      {
        agent: { secrets: { OPENAI_API_KEY: "sk-very-secret" } },
        delivery: { notifications: { webhookUrl: "https://x/tok" } },
      },
      never,
    );
    assert.deepEqual(
      faults.map((fault) => fault.path),
      ["agent.secrets.OPENAI_API_KEY", "delivery.notifications.webhookUrl"],
    );
    assert.doesNotMatch(JSON.stringify(faults), /sk-very-secret|tok"/);
  });

  it("accepts them encrypted", () => {
    assert.deepEqual(
      findPlainSecrets({ agent: { secrets: { A: encryptedMarker } } }, () => true),
      [],
    );
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
    assert.ok(isSecretPath(["agent", "secrets", "ANY"]));
    assert.ok(!isSecretPath(["agent", "config", "ANY"]));
    assert.ok(!isSecretPath(["agent", "secrets"]));
  });
});
