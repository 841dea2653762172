import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { poll } from "../../common/poll.js";

export interface ScratchOptions {
  /** File for what the server says. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Lines of the log that say why it ended; its last lines where none fits. */
  readonly fatal?: RegExp;
}

/** A server that a restore runs for itself, beside whatever else runs, and ends. */
export interface ScratchProcess {
  /** Waits until `probe` returns a value; fails at once, with the log's reason, where the server has ended. */
  until<T>(what: string, probe: () => Promise<T | undefined>, timeoutSeconds: number): Promise<T>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server with its output in a log file. */
export function startScratchProcess(
  program: string,
  args: readonly string[],
  { log, env = {}, fatal = /$^/ }: ScratchOptions,
): ScratchProcess {
  const output = openSync(log, "a");
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", output, output] });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const running = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const reason = async (): Promise<string> => {
    const lines = (await readFile(log, "utf8")).trim().split("\n");
    const telling = lines.filter((line) => fatal.test(line)).slice(-3);
    return (telling.length > 0 ? telling : lines.slice(-5)).join("\n  ");
  };
  return {
    until: async (what, probe, timeoutSeconds) => {
      const found = await poll(
        async () => {
          if (!running()) return { ended: await reason() };
          const value = await probe();
          return value === undefined ? undefined : { value };
        },
        { what, intervalMs: 100, timeoutMs: timeoutSeconds * 1000 },
      );
      if (!("ended" in found)) return found.value;
      throw new PlatformError(`the restored server did not come up:\n  ${found.ended ?? ""}`, ExitCode.resource);
    },
    stop: async (signal = "SIGTERM") => {
      if (running()) child.kill(signal);
      await ended;
    },
  };
}
