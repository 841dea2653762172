import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import type { Command } from "commander";
import { commands } from "../../../cli/commands.js";
import { addCompletion } from "../../../cli/completion.js";
import { writeOutput } from "../../../cli/output/file.js";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { wholeProgram } from "../../support/command-tree.js";
import { root } from "../../support/stacks.js";

/** Every command that does something, with the words that call it. */
function leaves(command: Command, words: readonly string[] = []): { name: string; command: Command }[] {
  if (command.commands.length === 0) return [{ name: words.join(" "), command }];
  return command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

/** A daemon, whose log is JSON. */
const jsonAnyway = ["recover lease keep"];

describe("manners of the command line", function () {
  this.timeout(120_000);

  it("every command prints JSON for machines, describes itself and its options", async () => {
    const all = leaves(await wholeProgram());
    assert.ok(all.length > 35, `${all.length} commands`);
    for (const { name, command } of all) {
      const json = command.options.some(({ long }) => long === "--json");
      assert.ok(json || jsonAnyway.includes(name), `${name} has no --json`);
      assert.notEqual(command.description(), "", name);
      for (const { flags, description } of command.options) assert.notEqual(description, "", `${name} ${flags}`);
    }
  });

  it("an option means the same everywhere", async () => {
    const kinds = new Map<string, Set<string>>();
    for (const { command } of leaves(await wholeProgram())) {
      for (const { long, flags } of command.options) {
        const argument = /[<[].*[>\]]/.exec(flags) === null ? "flag" : "value";
        kinds.set(long ?? "", (kinds.get(long ?? "") ?? new Set()).add(argument));
      }
    }
    const mixed = [...kinds].filter(([, found]) => found.size > 1).map(([name]) => name);
    assert.deepEqual(mixed, []);
  });

  it("package.json has a script for every command", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const name of Object.keys(commands))
      assert.match(scripts[name] ?? "", new RegExp(` cli/\\S+\\.ts( ${name})?$`), name);
  });

  it("completes commands, options and stacks", async () => {
    const program = await wholeProgram();
    await addCompletion(program);
    const completed = async (...words: string[]): Promise<string> => {
      const log = mock.method(console, "log", () => undefined);
      try {
        await program.parseAsync(["complete", "--", ...words], { from: "user" });
        return log.mock.calls.map(({ arguments: [text] }) => String(text)).join("\n");
      } finally {
        log.mock.restore();
      }
    };
    assert.match(await completed("rec"), /^recover\t/m);
    assert.match(await completed("preview", "--stack", ""), /^local\tPulumi\.local\.yaml$[\s\S]*^production\t/m);
    assert.match(await completed("readiness", "--fail"), /^--fail-on\t/m);
    assert.match(await completed("backup", "ver"), /^verify\t/m);
  });
});

describe("a report's file", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "report-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("may be in a folder that is not there yet", () => {
    const file = join(folder, "reports", "today", "a.html");
    writeOutput("--html", file, "text");
    assert.equal(readFileSync(file, "utf8"), "text");
  });

  it("in a file system that takes no folders is refused, and not tried for ever", () => {
    assert.throws(() => writeOutput("--html", "/proc/1/reports/a.html", "text"), { exitCode: ExitCode.configuration });
  });

  it("that cannot be written is bad input, named with the reason", () => {
    const file = join(folder, "file");
    writeFileSync(file, "mine");
    for (const path of [join(file, "a.html"), folder]) {
      assert.throws(
        () => writeOutput("--html", path, "text"),
        (thrown) => {
          assert.ok(thrown instanceof PlatformError);
          assert.equal(thrown.exitCode, ExitCode.configuration);
          assert.deepEqual(
            thrown.faults.map((fault) => [fault.path, fault.received, /ENOTDIR|EEXIST|EISDIR/.test(fault.rule)]),
            [["--html", path, true]],
          );
          return true;
        },
      );
    }
    assert.equal(readFileSync(file, "utf8"), "mine");
  });
});
