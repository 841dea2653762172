import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../../common/command.js";
import { CHECKS } from "../../../policy/checks/index.js";
import { Analyzer } from "../../policy/support/analyzer.js";
import { deployment, without } from "../../policy/support/objects.js";
import { installPack, type InstalledPack } from "../../support/policy-package.js";
import { root } from "../../support/stacks.js";

const UNREADY = without(deployment(), "spec.template.spec.containers.0.resources.limits");

describe("the policy pack as a package, installed in an empty folder", function () {
  this.timeout(120_000);
  let folder: string;
  let pack: InstalledPack;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "policy-package-"));
    pack = await installPack(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("holds what runs and no source, and names no path of the machine that built it", () => {
    const beside = pack.files.filter((path) => !/^dist\/[a-z-]+\.js$/.test(path)).sort();
    assert.deepEqual(beside, ["PulumiPolicy.yaml", "compiled.js", "package.json", "readiness.js", "start.js"]);
    for (const path of pack.files) assert.ok(!readFileSync(join(pack.folder, path), "utf8").includes(root), path);
  });

  it("is loaded by the engine's protocol, with every check, and stops what is not ready", async () => {
    const analyzer = await Analyzer.start(pack.folder);
    try {
      const names = (await analyzer.info()).getPoliciesList().map((policy) => policy.getName());
      assert.deepEqual(names, [...CHECKS.map(({ id }) => id), "readiness-warnings"]);
      await analyzer.configure({});
      const answer = await analyzer.analyze({ type: "kubernetes:apps/v1:Deployment", name: "web", props: UNREADY });
      assert.deepEqual(
        answer.getDiagnosticsList().map((found) => found.getPolicyname()),
        ["resource-limits"],
      );
    } finally {
      analyzer.stop();
    }
  });

  it("judges manifests by its command, in every format", async () => {
    const file = join(folder, "web.yaml");
    writeFileSync(file, stringify(UNREADY));
    const formats: readonly (readonly [string, RegExp])[] = [
      ["--json", /"check":"resource-limits","category":"infrastructure","severity":"\w+","status":"fail"/],
      ["--sarif", /"ruleId": "resource-limits"/],
      ["--junit", /<failure[^>]*/],
      ["--markdown", /resource-limits/],
    ];
    for (const [flag, expected] of formats) {
      const args = [join(pack.folder, "readiness.js"), "readiness", "--manifests", file, flag];
      const { stdout, exitCode } = await runCommand(process.execPath, args, { cwd: folder, allowExitCodes: [5] });
      assert.equal(exitCode, 5, flag);
      assert.match(stdout, expected);
    }
  });
});
