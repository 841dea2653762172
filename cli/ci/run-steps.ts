import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { poll } from "../../common/poll.js";
import { projectRoot } from "../root.js";
import type { Step } from "./steps.js";

const word = (text: string): string =>
  /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A step as it can be pasted into a shell. */
export function shellLine({ command, output }: Step): string {
  return [...command.map(word), ...(output === undefined ? [] : [">", word(output)])].join(" ");
}

/** Runs the steps one after another with their output shown; the first that fails stops the rest. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    process.stderr.write(`\n[${index + 1}/${steps.length}] ${step.name}: ${shellLine(step)}\n`);
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

async function runStep(step: Step): Promise<number> {
  if (step.retrySeconds === undefined) return await runOnce(step);
  let last = 1;
  const attempt = async (): Promise<number | undefined> => {
    last = await runOnce(step);
    return last === 0 ? 0 : undefined;
  };
  return await poll(attempt, { what: step.name, intervalMs: 5000, timeoutMs: step.retrySeconds * 1000 }).catch(
    () => last,
  );
}

async function runOnce({ command: [program, ...args], output }: Step): Promise<number> {
  const file = output === undefined ? undefined : openOutput(join(projectRoot, output));
  try {
    return await new Promise<number>((resolve) => {
      const child = spawn(program, args, { cwd: projectRoot, stdio: ["ignore", file ?? "inherit", "inherit"] });
      child.on("error", (error) => {
        process.stderr.write(`${program}: ${error.message}\n`);
        resolve(1);
      });
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function openOutput(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "w");
}
