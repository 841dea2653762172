import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configurationKeys } from "../../../scripts/docs/keys.js";
import { configurationSchema } from "../../../scripts/docs/json-schema.js";
import { validateConfig } from "../../../config/validate.js";
import { root } from "../../support/stacks.js";
import { stackFileFaults } from "./stack-file-faults.js";

const folder = join(root, "examples", "regions");
const clouds: Readonly<Record<string, readonly string[]>> = {
  "eks-eks.yaml": ["aws", "aws"],
  "gke-gke.yaml": ["gcp", "gcp"],
  "three-regions.yaml": ["aws", "aws", "gcp"],
};

describe("examples of regions", () => {
  it("are those that are described", () =>
    assert.deepEqual(readdirSync(folder).sort(), [...Object.keys(clouds), "policy.json"].sort()));

  for (const [name, expected] of Object.entries(clouds)) {
    it(`${name} keeps the schema and every rule`, () => {
      const file = parse(readFileSync(join(folder, name), "utf8")) as { config: Record<string, unknown> };
      assert.deepEqual(stackFileFaults(file), []);
      const raw = Object.entries(file.config).map(([key, value]) => [key.replace("agent-platform:", ""), value]);
      const { regions } = validateConfig(Object.fromEntries(raw), name);
      assert.deepEqual(
        regions.map(({ cloud }) => cloud),
        expected,
      );
    });
  }
});

describe("docs", () => {
  const documents = ["README.md", "SECURITY.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];

  it("name configuration keys that exist", () => {
    const known = configurationKeys(configurationSchema()).map(({ path }) => path);
    const sections = Object.keys(configurationSchema().properties ?? {}).join("|");
    for (const document of documents.filter((path) => path.endsWith(".md"))) {
      const text = readFileSync(join(root, document), "utf8");
      const named = [...text.matchAll(new RegExp(`\`((?:${sections})(?:\\[\\])?\\.[A-Za-z.[\\]]+)\``, "g"))];
      for (const [, key = ""] of named) {
        if (/\.(ts|NAME)/.test(key)) continue;
        assert.ok(
          known.some((path) => path === key || path.startsWith(`${key}.`)),
          `${document}: ${key}`,
        );
      }
    }
  });
});
