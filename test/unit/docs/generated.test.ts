import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { generateDocs } from "../../../scripts/docs/generate.js";
import { configurationSchema } from "../../../scripts/docs/json-schema.js";
import { configurationKeys } from "../../../scripts/docs/keys.js";
import { root } from "../../support/stacks.js";

describe("generated documents", function () {
  this.timeout(300_000);

  it("are what the code says (else: npm run docs:generate)", async () => {
    const files = await generateDocs();
    assert.ok(files.length >= 4);
    const stale = files.filter(({ path, text }) => readFileSync(join(root, path), "utf8") !== text);
    assert.deepEqual(
      stale.map(({ path }) => path),
      [],
    );
  });

  it("describe every key", () => {
    const keys = configurationKeys(configurationSchema());
    assert.ok(keys.length > 250, `${keys.length} keys`);
    assert.deepEqual(
      keys.filter(({ description }) => description === "").map(({ path }) => path),
      [],
    );
  });

  it("give defaults as YAML that reads back to the schema's own", () => {
    const keys = new Map(configurationKeys(configurationSchema()).map((key) => [key.path, key]));
    const defaultOf = (path: string): unknown => parse(keys.get(path)?.default ?? "");
    assert.equal(defaultOf("backups.postgres.schedule"), "0 2 * * *");
    assert.equal(defaultOf("backups.copySchedule"), "*/15 * * * *");
    assert.deepEqual(defaultOf("agent.files"), { "agent.yaml": "memory:\n  retentionDays: 365\n" });
    assert.deepEqual(defaultOf("delivery.progressive.stages"), [
      { name: "canary-5", weight: 5, hold: "10m" },
      { name: "canary-25", weight: 25, hold: "15m" },
      { name: "canary-50", weight: 50, hold: "20m" },
      { name: "full", weight: 100 },
    ]);
  });

  it("declare every top-level key to the engine, and require only those without a default", () => {
    const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
      config: Record<string, { type: string; default?: unknown }>;
    };
    assert.deepEqual(Object.keys(config), Object.keys(configurationSchema().properties ?? {}));
    const required = Object.entries(config).filter(([, key]) => key.default === undefined);
    assert.deepEqual(Object.fromEntries(required.map(([name, { type }]) => [name, type])), {
      environment: "string",
      regions: "array",
    });
  });
});
