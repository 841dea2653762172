import { strict as assert } from "node:assert";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { runProgram } from "../../cli/preview/run-program.js";
import { readStackFile } from "../../cli/preview/stack-files.js";
import { judgeRecorded } from "../../cli/readiness/recorded.js";
import { program } from "../../components/program.js";
import { isFinding } from "../../policy/engine/result.js";
import { root } from "../support/stacks.js";

const folder = join(root, "examples", "regions");
const examples = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => basename(file, ".yaml"));
/** Clusters that each example's header promises, by type. */
const clusters: Readonly<Record<string, readonly [eks: number, gke: number]>> = {
  "eks-eks": [2, 0],
  "gke-gke": [0, 2],
  "three-regions": [2, 1],
};

describe("examples of other regions", function () {
  this.timeout(300_000);

  for (const example of examples) {
    it(`${example}: previews as its header says, ready for production`, async () => {
      const project = mkdtempSync(join(tmpdir(), "example-"));
      try {
        copyFileSync(join(root, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
        copyFileSync(join(folder, `${example}.yaml`), join(project, `Pulumi.${example}.yaml`));
        const run = await runProgram(program, readStackFile(project, example));
        const count = (type: string) => run.resources.filter((resource) => resource.type === type).length;
        assert.deepEqual([count("aws:eks/cluster:Cluster"), count("gcp:container/cluster:Cluster")], clusters[example]);
        const { results, summary } = judgeRecorded(run, { file: join(folder, "policy.json") });
        const findings = results.filter(isFinding);
        assert.deepEqual(
          findings.map(({ check, resource, message }) => `${check} ${resource}: ${message}`),
          [],
        );
        process.stdout.write(
          `      ${run.resources.length} resources, ${summary.pass} passed, ${summary.fail} failed\n`,
        );
        assert.ok(summary.pass > 500, `${summary.pass} passed`);
      } finally {
        rmSync(project, { recursive: true });
      }
    });
  }
});
