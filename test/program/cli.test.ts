import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computedMark } from "../../cli/preview/computed.js";
import { runCommand, type CommandResult } from "../../common/command.js";
import { root, stackNames } from "../support/stacks.js";

async function cli(...args: string[]): Promise<CommandResult> {
  const result = await runCommand(process.execPath, ["--import", "tsx", join(root, "cli", "main.ts"), ...args], {
    cwd: root,
    env: { NO_COLOR: "1", FORCE_COLOR: "" },
    allowExitCodes: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  });
  assert.doesNotMatch(result.stderr, /\n\s+at .*:\d+:\d+/, "a stack trace");
  return result;
}

describe("command line", function () {
  this.timeout(900_000);
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "cli-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("previews a stack for people, without colours in a pipe", async () => {
    const { exitCode, stdout } = await cli("preview", "--stack", "production");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Stack production: \d+ resources in \d+ components/);
    assert.ok(!stdout.includes("\u001b"));
  });

  it("previews a stack for machines", async () => {
    const { stdout } = await cli("preview", "--stack", "local", "--json");
    const summary = JSON.parse(stdout) as { stack: string; total: number; tree: { count: number }[] };
    assert.equal(summary.stack, "local");
    assert.equal(
      summary.tree.reduce((sum, component) => sum + component.count, 0),
      summary.total,
    );
  });

  it("ends with 2 and the stacks that exist where none is named", async () => {
    const { exitCode, stderr } = await cli("preview");
    assert.equal(exitCode, 2);
    assert.match(stderr, /there are: local, production, staging/);
  });

  it("ends with 6 and the stacks that exist where the named one does not", async () => {
    const { exitCode, stderr } = await cli("preview", "--stack", "prod");
    assert.equal(exitCode, 6);
    assert.match(stderr, /there is no stack "prod"; there are: local, production, staging/);
    assert.doesNotMatch(stderr, /running the program/, "the answer comes before the work");
  });

  it("ends with 2 for unknown flags and commands", async () => {
    for (const args of [["preview", "--stak", "x"], ["previe"], ["render", "--stack", "local"]]) {
      assert.equal((await cli(...args)).exitCode, 2, args.join(" "));
    }
  });

  it("renders a stack, byte-identical from run to run and without a made-up password", async () => {
    const [first, second] = [join(folder, "a"), join(folder, "b")];
    assert.equal((await cli("render", "--stack", "production", "--out", first)).exitCode, 0);
    assert.equal((await cli("render", "--stack", "production", "--out", second)).exitCode, 0);
    const files = readdirSync(first, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 100);
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      const text = readFileSync(path, "utf8");
      assert.equal(text, readFileSync(path.replace(first, second), "utf8"), path);
      assert.ok(!text.includes(`password-${computedMark}`), path);
    }
  });

  it("renders no secret", async () => {
    const out = join(folder, "secrets");
    await cli("render", "--stack", stackNames[0], "--out", out);
    const secret = readFileSync(join(out, "local-a", "agent-memory", "secret-agent-secrets.yaml"), "utf8");
    assert.match(secret, /stringData: "?\[secret\]|POSTGRES_PASSWORD: "?\[secret\]/);
  });

  it("refuses to render over files that it did not write", async () => {
    const out = mkdtempSync(join(folder, "mine-"));
    writeFileSync(join(out, "keep.txt"), "keep");
    const { exitCode, stderr } = await cli("render", "--stack", "local", "--out", out);
    assert.equal(exitCode, 2);
    assert.match(stderr, /has files that no render wrote/);
    assert.equal(readFileSync(join(out, "keep.txt"), "utf8"), "keep");
    assert.equal((await cli("render", "--stack", "local", "--out", join(out, "keep.txt"))).exitCode, 2);
  });
});
