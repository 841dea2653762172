import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root, stackNames } from "../../support/stacks.js";
import { stackFileFaults as faultsOf } from "./stack-file-faults.js";

interface StackFile {
  config: Record<string, unknown>;
}

const readStack = (name: string): StackFile =>
  parse(readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8")) as StackFile;

describe("docs/stack.schema.json", () => {
  for (const name of stackNames) {
    it(`accepts Pulumi.${name}.yaml`, () => assert.deepEqual(faultsOf(readStack(name)), []));
  }

  /** Production with one value more. */
  function changed(key: string, value: unknown): StackFile {
    const { config } = readStack("production");
    return { config: { ...config, [`agent-platform:${key}`]: value } };
  }

  it("refuses a wrong top-level key", () => {
    assert.deepEqual(faultsOf(changed("agnet", {})), ["/config must NOT have additional properties"]);
  });

  it("refuses a wrong nested key", () => {
    assert.deepEqual(faultsOf(changed("agent", { replica: 3 })), [
      "/config/agent-platform:agent must NOT have additional properties",
    ]);
  });

  it("refuses a wrong type and a value outside its bounds", () => {
    assert.deepEqual(faultsOf(changed("agent", { replicas: "3" })), [
      "/config/agent-platform:agent/replicas must be integer",
    ]);
    assert.deepEqual(faultsOf(changed("failover", { dns: { ttlSeconds: 300 } })), [
      "/config/agent-platform:failover/dns/ttlSeconds must be <= 60",
    ]);
  });

  it("refuses a file without regions", () => {
    assert.deepEqual(faultsOf({ config: { "agent-platform:environment": "local" } }), [
      "/config must have required property 'agent-platform:regions'",
    ]);
  });

  it("accepts configuration of providers beside the platform's", () => {
    const { config } = readStack("production");
    assert.deepEqual(faultsOf({ config: { ...config, "aws:region": "us-east-1" } }), []);
  });

  it("takes encrypted values at secret paths, and only there", () => {
    const secure = { secure: "v1:abc" };
    assert.deepEqual(faultsOf(changed("agent", { secrets: { API_KEY: secure } })), []);
    assert.deepEqual(faultsOf(changed("delivery", { notifications: { webhookUrl: secure } })), []);
    const alerting = { receivers: [{ name: "oncall", webhookUrl: secure }] };
    assert.deepEqual(faultsOf(changed("observability", { alerting })), []);
    assert.deepEqual(faultsOf(changed("agent", { secrets: { API_KEY: "plain" } })), [
      "/config/agent-platform:agent/secrets/API_KEY must be object",
    ]);
    assert.deepEqual(faultsOf(changed("agent", { image: secure })), [
      "/config/agent-platform:agent/image must be string",
    ]);
  });
});
