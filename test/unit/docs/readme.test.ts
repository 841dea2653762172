import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { validateConfig } from "../../../config/validate.js";
import { root } from "../../support/stacks.js";
import { stackFileFaults } from "./stack-file-faults.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

describe("README", () => {
  it("shows a stack file that is a whole stack", () => {
    const [, block = ""] = /```yaml\n([^`]+)```/.exec(readme) ?? [];
    const file = parse(block) as { config: Record<string, unknown> };
    assert.deepEqual(stackFileFaults(file), []);
    const raw = Object.entries(file.config).map(([key, value]) => [key.replace("agent-platform:", ""), value]);
    assert.equal(validateConfig(Object.fromEntries(raw), "readme").regions.length, 2);
  });

  it("names only commands that package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = ""]) => name);
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});
