import { startProgress } from "../output/progress.js";
import { projectRoot } from "../root.js";
import { runProgram, type ProgramRun, type RunOptions } from "./run-program.js";
import { readStackFile } from "./stack-files.js";

export interface RunStackOptions extends RunOptions {
  /** What is said on standard error while the program runs; nothing where the stack's file cannot be used. */
  readonly progress?: string;
}

/** Runs the platform's own program on a stack's real configuration, offline. */
export async function runStack(stack: string, { progress, ...options }: RunStackOptions = {}): Promise<ProgramRun> {
  const file = readStackFile(projectRoot, stack);
  const shown = progress === undefined ? undefined : startProgress(progress);
  try {
    const { program } = await import("../../components/program.js");
    return await runProgram(program, file, options);
  } finally {
    shown?.stop();
  }
}
