import { strict as assert } from "node:assert";
import { runCommand } from "../../../common/command.js";
import { callsIn, unknownIn, wholeProgram } from "../../support/command-tree.js";
import { commandBlocks, documents, fencesWithoutLanguage, stepsOf } from "../../support/documents/blocks.js";
import { difference } from "../../support/documents/compare.js";
import { platformRemains, stopPlatform } from "../../../operations/local/platform.js";
import { missingRequirements } from "../../../operations/local/requirements.js";
import { skip, soak } from "../../support/counts.js";
import { copyOfCheckout, typeIn } from "../../support/documents/session.js";

const blocks = documents.flatMap(commandBlocks);

/** Skips where no local platform can run, or where somebody has one, which would be replaced. */
async function requireLocalPlatform(context: Mocha.Context): Promise<void> {
  const [missing] = await missingRequirements();
  if (missing !== undefined) skip(context, missing);
  if ((await platformRemains("local")) !== undefined) skip(context, "a local platform runs here, which is not ours");
}

describe("commands of the documents", function () {
  this.timeout(soak ? 3_600_000 : 600_000);
  let remove = (): void => undefined;
  let platform = false;
  afterEach(async () => {
    remove();
    if (platform) await stopPlatform("local");
    platform = false;
  });

  it("are each run, or left out for a reason that is printed", () => {
    const unmarked = blocks.filter(({ run, reason }) => !run && reason === undefined);
    assert.deepEqual(
      unmarked.map(({ place }) => place),
      [],
      'mark the fence with run or not-run="reason"',
    );
    for (const { place, run, reason = "", lines } of blocks) {
      if (!run) process.stdout.write(`    not run: ${place}: ${lines.find((line) => line !== "") ?? ""} (${reason})\n`);
    }
    assert.ok(blocks.some(({ place, run }) => run && place.startsWith("README.md")));
  });

  it("are in blocks that say their language", () => assert.deepEqual(documents.flatMap(fencesWithoutLanguage), []));

  it("that are not run are read by the shell, and name commands and options that exist", async () => {
    const program = await wholeProgram();
    const run = blocks.filter((block) => block.run);
    const read = blocks.filter((block) => !block.run);
    let calls = 0;
    for (const { place, command } of read.flatMap(stepsOf)) {
      const { exitCode, stderr } = await runCommand("bash", ["-n"], {
        input: command.replaceAll(/<(\w+)>/g, "$1"),
        allowExitCodes: [1, 2],
      });
      assert.equal(exitCode, 0, `${place}: ${stderr}`);
      const found = callsIn(command);
      calls += found.length;
      assert.deepEqual(
        found.flatMap((call) => unknownIn(program, call)),
        [],
        place,
      );
    }
    const typed = `${run.length} of ${blocks.length} blocks are run: ${run.flatMap(stepsOf).length} commands`;
    const checked = `${read.flatMap(stepsOf).length} commands, ${calls} of them calls of ours`;
    process.stdout.write(`    ${typed}; ${read.length} are read by the shell and held to the options: ${checked}\n`);
    assert.ok(calls > 30);
  });

  for (const document of documents) {
    const steps = commandBlocks(document).flatMap((block) => (block.run ? stepsOf(block) : []));
    if (steps.length === 0) continue;
    it(`${document}: ${steps.length} commands do and print what it says`, async function () {
      const starts = steps.some(({ command }) => command.includes(" local -- up"));
      if (starts) await requireLocalPlatform(this);
      platform = starts;
      const checkout = copyOfCheckout();
      remove = checkout.remove;
      for (const { step, exitCode, output } of await typeIn(steps, checkout)) {
        const what = `${step.place}: ${step.command}`;
        assert.equal(exitCode, 0, `${what}\n${output}`);
        const differs = step.shown === undefined ? undefined : difference(step.shown, output);
        assert.equal(differs, undefined, `${what}\n${differs ?? ""}\nwhole output:\n${output}`);
      }
    });
  }
});
