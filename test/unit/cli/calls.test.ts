import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { callsIn, unknownIn, wholeProgram } from "../../support/command-tree.js";
import { documents } from "../../support/documents/blocks.js";
import { root } from "../../support/stacks.js";

const workflows = join(".github", "workflows");

describe("calls of the command line", function () {
  this.timeout(120_000);

  it("in documents and workflows name commands and options that exist", async () => {
    const program = await wholeProgram();
    const files = [...documents, ...readdirSync(join(root, workflows)).map((name) => join(workflows, name))];
    const calls = files.flatMap((file) =>
      callsIn(readFileSync(join(root, file), "utf8")).map((call) => ({ file, call: call.replace(/`.*/, "") })),
    );
    process.stdout.write(`    ${calls.length} calls in ${files.length} files\n`);
    assert.ok(calls.length > 80);
    assert.deepEqual(
      calls.flatMap(({ file, call }) => unknownIn(program, call).map((word) => `${file}: ${word}`)),
      [],
    );
  });

  it("would be found to be wrong", async () => {
    const program = await wholeProgram();
    assert.deepEqual(unknownIn(program, "preview --stack production --htlm x"), [
      "--htlm in: preview --stack production --htlm x",
    ]);
    assert.deepEqual(unknownIn(program, "recover rnu region-outage"), [
      "recover: no subcommand in: recover rnu region-outage",
    ]);
    assert.deepEqual(callsIn("npm run -s ci -- risk a.json \\\n  --fail-on never > b # c"), [
      "ci risk a.json --fail-on never",
    ]);
  });

  it("of the backup image give options that `backup` has", async () => {
    const drill = readFileSync(join(root, workflows, "drill.yml"), "utf8");
    const [, args = ""] = /"\$BACKUP_IMAGE" (.+)$/m.exec(drill) ?? [];
    assert.match(args, /^verify /);
    assert.deepEqual(unknownIn(await wholeProgram(), `backup ${args}`), []);
  });
});
