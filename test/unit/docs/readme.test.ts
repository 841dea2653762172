import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { runCommand } from "../../../common/command.js";
import { validateConfig } from "../../../config/validate.js";
import { ellipsis } from "../../../scripts/docs/readme.js";
import { root } from "../../support/stacks.js";
import { stackFileFaults } from "./stack-file-faults.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** The lines below the command in the console block that opens with it. */
function quoted(command: string): string[] {
  const [, block] = readme.split("```console\n$ ".concat(command, "\n"));
  assert.ok(block !== undefined, `the README has no block for ${command}`);
  return (block.split("\n```")[0] ?? "").split("\n");
}

describe("README", function () {
  this.timeout(300_000);

  it("quotes what its first command prints", async () => {
    const command = /^npm run preview .*?(?= {2,}#|$)/m.exec(readme)?.[0] ?? "";
    const [program = "", ...args] = command.trim().split(" ");
    assert.equal(program, "npm");
    const env = { NO_COLOR: "1", FORCE_COLOR: "" };
    const { stdout } = await runCommand(program, args, { cwd: root, env });
    const printed = stdout.split("\n");
    let at = printed.findIndex((line) => line.startsWith("Stack "));
    assert.equal(quoted(command.trim())[0], printed[at], "the first line, with its counts");
    for (const line of quoted(command.trim()).filter((text) => text !== ellipsis)) {
      const found = printed.indexOf(line, at);
      assert.ok(found >= 0, `the command does not print, at its place: ${line}`);
      at = found;
    }
  });

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

  it("links only to files that are there", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = ""]) => path);
    for (const path of links) assert.doesNotThrow(() => readFileSync(join(root, path)), path);
  });
});
