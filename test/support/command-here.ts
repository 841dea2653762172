import { Command } from "commander";
import { reportThrown } from "../../cli/outcome.js";
import type { CommandResult } from "../../common/command.js";

/**
 * A command of the command line in this process: quicker by the start of one. What it writes is captured, so that only
 * one may run at a time.
 */
export async function runHere(register: (program: Command) => void, args: readonly string[]): Promise<CommandResult> {
  const written = { stdout: "", stderr: "" };
  const streams = ["stdout", "stderr"] as const;
  const writers = streams.map((name) => process[name].write.bind(process[name]));
  const before = process.exitCode;
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array): boolean => {
      written[name] += String(chunk);
      return true;
    };
  }
  try {
    const program = new Command("agent-platform").exitOverride().configureOutput({ writeErr: () => undefined });
    register(program);
    process.exitCode = 0;
    await program.parseAsync([...args], { from: "user" });
    return { exitCode: process.exitCode, ...written };
  } catch (thrown) {
    const exitCode = reportThrown(thrown);
    return { exitCode, ...written };
  } finally {
    for (const [index, name] of streams.entries()) process[name].write = writers[index]!;
    process.exitCode = before;
  }
}
