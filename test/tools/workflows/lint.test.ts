import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { runCommand } from "../../../common/command.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { suites } from "../../../scripts/suites.js";
import { goTool, pythonTool } from "../../support/outside-tools.js";
import { root } from "../../support/stacks.js";

const folder = join(root, ".github", "workflows");
const names = readdirSync(folder).filter((name) => name.endsWith(".yml"));

interface Job {
  readonly strategy?: { readonly matrix?: { readonly suite?: readonly string[] } };
  readonly permissions?: unknown;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly if?: string }[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job & { readonly concurrency?: unknown }>>;
}

const read = (name: string): Workflow => parse(readFileSync(join(folder, name), "utf8")) as Workflow;

describe("workflows", function () {
  this.timeout(600_000);

  it("are those that R5 asks for", () =>
    assert.deepEqual(names, ["ci.yml", "deploy.yml", "drift.yml", "drill.yml", "preview.yml", "service-image.yml"]));

  it("run every suite", () => {
    assert.deepEqual(
      read("ci.yml").jobs.test?.strategy?.matrix?.suite,
      suites.map(({ name }) => name),
    );
  });

  it("actionlint finds nothing", async function () {
    const actionlint = await goTool(this, "actionlint", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12");
    const files = names.map((name) => join(folder, name));
    // With it the scripts inside the steps are read as well.
    const shellcheck = await ensurePackage("shellcheck", "shellcheck", ["/usr/bin"]);
    if (shellcheck.path === undefined) process.stdout.write(`    without shellcheck: ${shellcheck.missing}\n`);
    const scripts = ["-shellcheck", shellcheck.path ?? ""];
    const { stdout, exitCode } = await runCommand(actionlint, ["-no-color", ...scripts, ...files], {
      allowExitCodes: [1],
    });
    assert.equal(stdout, "");
    assert.equal(exitCode, 0);
  });

  it("actionlint would find something", async function () {
    const actionlint = await goTool(this, "actionlint", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12");
    const broken = readFileSync(join(folder, "ci.yml"), "utf8").replace("runs-on: ubuntu-24.04", "runs-on: ubuntu");
    const { exitCode } = await runCommand(actionlint, ["-no-color", "-"], { input: broken, allowExitCodes: [1] });
    assert.equal(exitCode, 1);
  });

  it("zizmor finds nothing, offline", async function () {
    const zizmor = await pythonTool(this, "zizmor", "zizmor==1.32.0");
    const args = ["--offline", "--no-progress", "--format", "json", folder];
    const { stdout } = await runCommand(zizmor, args, { allowExitCodes: [10, 11, 12, 13, 14] });
    const findings = JSON.parse(stdout) as { ident: string; desc: string }[];
    assert.deepEqual(
      findings.map(({ ident, desc }) => `${ident}: ${desc}`),
      [],
    );
  });

  for (const name of names) {
    it(`${name}: least permissions by job, time-outs, concurrency, actions by SHA with their version`, () => {
      const { permissions, concurrency, jobs } = read(name);
      assert.deepEqual(permissions, {}, "no permission by default");
      for (const [job, content] of Object.entries(jobs)) {
        assert.ok(content.permissions !== undefined, `${job} names its permissions`);
        assert.ok((content["timeout-minutes"] ?? 0) > 0, `${job} has a time-out`);
      }
      assert.ok(
        concurrency !== undefined || Object.values(jobs).some((job) => job.concurrency !== undefined),
        "concurrency",
      );
      for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
        if (line.includes("uses:")) assert.match(line, /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    });
  }

  it("use each action at one version only", () => {
    const versions = new Map<string, Set<string>>();
    for (const name of names) {
      const text = readFileSync(join(folder, name), "utf8");
      for (const [, owner = "", sha = ""] of text.matchAll(/uses: ([\w-]+\/[\w-]+)[\w/-]*@([0-9a-f]{40})/g)) {
        versions.set(owner, (versions.get(owner) ?? new Set()).add(sha));
      }
    }
    for (const [action, shas] of versions) assert.equal(shas.size, 1, action);
  });

  it("give a fork's pull request no credentials", () => {
    for (const [name, job] of Object.entries(read("preview.yml").jobs)) {
      const permissions = job.permissions as Record<string, string>;
      const trusted = (job as { if?: string }).if ?? "";
      const rights = Object.entries(permissions).filter(([right, level]) => right === "id-token" || level === "write");
      if (rights.length > 0) assert.match(trusted, /head\.repo\.full_name == github\.repository/, name);
    }
  });
});
