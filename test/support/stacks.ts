import { join } from "node:path";
import { readStackFile, type StackFile } from "../../cli/preview/stack-files.js";
import { runProgram, type ProgramRun, type RunOptions } from "../../cli/preview/run-program.js";
import { program } from "../../components/program.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { validateConfig } from "../../config/validate.js";

export const root = join(__dirname, "..", "..");
export const stackNames = ["local", "production", "staging"] as const;
export type StackName = (typeof stackNames)[number];

/** A stack's raw configuration by top-level key, as loadConfig sees it; a fresh copy that a test may change. */
export function rawConfig(stack: StackName): Record<string, unknown> {
  const { config, project } = readStackFile(root, stack);
  return Object.fromEntries(
    Object.entries(config).map(([key, text]) => {
      const name = key.slice(project.length + 1);
      return [name, name === "environment" ? text : (JSON.parse(text) as unknown)];
    }),
  );
}

/** A stack's configuration with every default. */
export function stackConfig(stack: StackName): StackConfig {
  return validateConfig(rawConfig(stack), stack);
}

/** The stack file that the engine would hand over for a raw configuration. */
export function stackFileOf(raw: Readonly<Record<string, unknown>>, secretKeys: readonly string[] = []): StackFile {
  const config = Object.entries(raw).map(([key, value]) => [
    `agent-platform:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    project: "agent-platform",
    stack: "test",
    config: Object.fromEntries(config) as Record<string, string>,
    secretKeys: secretKeys.map((key) => `agent-platform:${key}`),
  };
}

const runs = new Map<StackName, Promise<ProgramRun>>();

/** The platform's program on a stack as it is in the repository; one run is shared by all tests of a process. */
export function runOf(stack: StackName): Promise<ProgramRun> {
  const known = runs.get(stack);
  if (known) return known;
  // The runtime's state is global: one run after the other.
  const earlier = Promise.allSettled([...runs.values()]);
  const run = earlier.then(() => runProgram(program, readStackFile(root, stack)));
  runs.set(stack, run);
  return run;
}

/** The platform's program on a configuration of the test's own. */
export async function runRaw(raw: Readonly<Record<string, unknown>>, options: RunOptions = {}): Promise<ProgramRun> {
  await Promise.allSettled([...runs.values()]);
  return await runProgram(program, stackFileOf(raw), options);
}
