import { spawn } from "node:child_process";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { poll } from "../../common/poll.js";
import { projectRoot } from "../root.js";
import type { DeliveryStep } from "./deliver.js";

/** A command as it can be pasted into a shell. */
export function shellLine(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}

/** Runs the steps one after another with their output shown; the first that fails stops the rest. */
export async function runSteps(steps: readonly DeliveryStep[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    process.stderr.write(`\n[${index + 1}/${steps.length}] ${step.name}: ${shellLine(step.command)}\n`);
    const exitCode = await runStep(step);
    if (exitCode === 0) continue;
    const left = steps.slice(index + 1).map(({ name }) => name);
    throw new PlatformError(
      `${step.name} failed with exit code ${exitCode}; not done: ${left.length === 0 ? "nothing" : left.join(", ")}`,
      isExitCode(exitCode) ? exitCode : ExitCode.error,
    );
  }
}

const isExitCode = (code: number): code is ExitCode => (Object.values(ExitCode) as number[]).includes(code);

async function runStep({ name, command, retrySeconds }: DeliveryStep): Promise<number> {
  if (retrySeconds === undefined) return await runOnce(command);
  let last = 1;
  const attempt = async (): Promise<number | undefined> => {
    last = await runOnce(command);
    return last === 0 ? 0 : undefined;
  };
  return await poll(attempt, { what: name, intervalMs: 5000, timeoutMs: retrySeconds * 1000 }).catch(() => last);
}

async function runOnce([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  return await new Promise<number>((resolve) => {
    const child = spawn(program, args, { cwd: projectRoot, stdio: "inherit" });
    child.on("error", (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
