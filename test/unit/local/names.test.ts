import { strict as assert } from "node:assert";
import { InvalidArgumentError, type Command } from "commander";
import { wholeProgram } from "../../support/command-tree.js";

/** How a command of `local` reads `--name`. */
function parserOf(command: Command): (text: string) => unknown {
  const { parseArg } = command.options.find(({ long }) => long === "--name") ?? {};
  assert.ok(parseArg, `${command.name()} takes any name`);
  return (text) => parseArg(text, undefined);
}

describe("names of local platforms", function () {
  this.timeout(120_000);

  it("are no paths: `local down` removes the folder of that name", async () => {
    const local = (await wholeProgram()).commands.find((command) => command.name() === "local");
    assert.equal(local?.commands.length, 5);
    for (const command of local.commands) {
      const parse = parserOf(command);
      for (const good of ["local", "a", "region-2", "x".repeat(40)]) assert.equal(parse(good), good);
      for (const bad of ["", ".", "..", "../x", "/tmp", "a/b", "-a", "a-", "A", "a b", "x".repeat(41)])
        assert.throws(() => parse(bad), InvalidArgumentError, `${command.name()} --name ${bad}`);
    }
  });
});
