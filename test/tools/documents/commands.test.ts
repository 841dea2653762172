import { strict as assert } from "node:assert";
import { commandBlocks, documents, stepsOf } from "../../support/documents/blocks.js";
import { difference } from "../../support/documents/compare.js";
import { copyOfCheckout, typeIn } from "../../support/documents/session.js";

const blocks = documents.flatMap(commandBlocks);

describe("commands of the documents", function () {
  this.timeout(600_000);
  let remove = (): void => undefined;
  afterEach(() => remove());

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
    const run = blocks.filter((block) => block.run);
    process.stdout.write(
      `    ${run.length} of ${blocks.length} blocks are run, ${run.flatMap(stepsOf).length} commands\n`,
    );
    assert.ok(run.some(({ place }) => place.startsWith("README.md")));
  });

  for (const document of documents) {
    const steps = commandBlocks(document).flatMap((block) => (block.run ? stepsOf(block) : []));
    if (steps.length === 0) continue;
    it(`${document}: ${steps.length} commands do and print what it says`, async () => {
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
