import { spawn } from "node:child_process";
import { ExitCode, PlatformError } from "./errors.js";

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to the command's standard input. */
  readonly input?: string;
  /** Milliseconds; default none. */
  readonly timeoutMs?: number;
  /** Exit codes other than 0 that are answers, not failures. */
  readonly allowExitCodes?: readonly number[];
  /** Exit code of the error where the program fails; default 1. */
  readonly failure?: ExitCode;
  /** Hears what the program says on standard error, as it says it. */
  readonly heard?: (text: string) => void;
  /** For a program that may say on standard error that it failed and then not end: it is ended so long after that. */
  readonly lastWords?: { readonly said: RegExp; readonly graceMs: number };
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The one way to run another program: no shell, arguments as a list, output captured, failure as a PlatformError. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: options.timeoutMs,
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  const { lastWords } = options;
  let ending: NodeJS.Timeout | undefined;
  child.stderr.on("data", (chunk: Buffer) => {
    stderr.push(chunk);
    options.heard?.(chunk.toString());
    if (lastWords?.said.test(Buffer.concat(stderr).toString()) !== true) return;
    ending ??= setTimeout(() => child.kill("SIGKILL"), lastWords.graceMs);
  });
  // A program that ends before it has read its input is judged by its exit code.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT"
          ? new PlatformError(`${program} is not on PATH: install it, or add its folder to PATH`, ExitCode.error)
          : error,
      ),
    );
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGTERM" && options.timeoutMs ? 124 : 128)));
  }).finally(() => clearTimeout(ending));
  const result = { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
  if (exitCode !== 0 && !options.allowExitCodes?.includes(exitCode)) {
    const said = (result.stderr || result.stdout).trim().split("\n").slice(-8).join("\n  ");
    throw new PlatformError(
      `${program} ${args.join(" ")} ended with exit code ${exitCode}:\n  ${said}`,
      options.failure ?? ExitCode.error,
    );
  }
  return result;
}
