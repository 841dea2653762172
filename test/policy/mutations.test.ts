import assert from "node:assert/strict";
import { join } from "node:path";
import { readStackFile } from "../../cli/preview/stack-files.js";
import { runProgram, type Program } from "../../cli/preview/run-program.js";
import { readConfiguration } from "../../cli/readiness/configuration.js";
import { stackConfiguration } from "../../cli/readiness/run.js";
import { toPulumiResources } from "../../cli/readiness/sources/stack.js";
import { CHECKS } from "../../policy/checks/index.js";
import { judge } from "../../policy/engine/judge.js";
import { isFinding } from "../../policy/engine/result.js";
import { viewOfPulumi, type PulumiResource } from "../../policy/model/pulumi.js";
import { canary, stages } from "./mutations/delivery.js";
import { backups, regions } from "./mutations/recovery.js";
import { network, scaling } from "./mutations/traffic.js";
import { workload } from "./mutations/workload.js";
import { mutate, type Mutant } from "./support/mutants.js";

const ROOT = join(__dirname, "..", "..");
const NOW = new Date();
/** Made from the requirements, not from the rules. R5 is a pipeline: nothing of it is in a stack. */
const MUTANTS: readonly Mutant[] = [...workload, ...network, ...scaling, ...canary, ...stages, ...backups, ...regions];

describe("mutants of the production stack", function () {
  this.timeout(240_000);
  let production: readonly PulumiResource[];
  const { settings } = readConfiguration(stackConfiguration("production") ?? "", NOW);

  before(async () => {
    const program = (await import(join(ROOT, "index.ts"))) as { default?: Program };
    const run = await runProgram(program.default ?? (() => ({})), readStackFile(ROOT, "production"));
    production = toPulumiResources(run.resources);
  });

  /** The checks that find something in a stack. */
  const caughtBy = (resources: readonly PulumiResource[]): string[] => {
    const view = viewOfPulumi(resources, { environment: "production", now: NOW });
    return [
      ...new Set(
        judge(CHECKS, view, settings)
          .filter(isFinding)
          .map((result) => result.check),
      ),
    ];
  };

  it("are caught by a rule each, or harmless for a reason", () => {
    assert.ok(MUTANTS.length >= 120, String(MUTANTS.length));
    assert.deepEqual(caughtBy(production), [], "the stack itself has no findings");
    const rows = MUTANTS.map((mutant) => ({ mutant, checks: caughtBy(mutate(production, mutant)) }));
    for (const { mutant, checks } of rows) {
      const verdict = checks.join(", ") || (mutant.harmless ? `harmless: ${mutant.harmless}` : "NOT CAUGHT");
      process.stdout.write(`      ${mutant.requirement} ${mutant.resource}: ${mutant.what} → ${verdict}\n`);
    }
    const caught = rows.filter(({ checks }) => checks.length > 0).length;
    const agreed = rows.filter(({ checks }) => checks.join() === "agreed-values").length;
    process.stdout.write(
      `      ${MUTANTS.length} mutants: ${caught} caught (${agreed} by agreed values alone), ${MUTANTS.length - caught} harmless\n`,
    );
    const missed = rows.filter(({ mutant, checks }) => checks.length === 0 && mutant.harmless === undefined);
    assert.deepEqual(
      missed.map(({ mutant }) => `${mutant.resource}: ${mutant.what}`),
      [],
    );
    const alarms = rows.filter(({ mutant, checks }) => checks.length > 0 && mutant.harmless !== undefined);
    assert.deepEqual(
      alarms.map(({ mutant, checks }) => `${mutant.what}: ${checks.join(", ")}`),
      [],
      "called harmless, and caught",
    );
  });
});
