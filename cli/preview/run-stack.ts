import { projectRoot } from "../root.js";
import { runProgram, type ProgramRun, type RunOptions } from "./run-program.js";
import { readStackFile } from "./stack-files.js";

/** Runs the platform's own program on a stack's real configuration, offline. */
export async function runStack(stack: string, options: RunOptions = {}): Promise<ProgramRun> {
  const file = readStackFile(projectRoot, stack);
  const { program } = await import("../../components/program.js");
  return await runProgram(program, file, options);
}
