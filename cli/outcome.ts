import { CommanderError } from "commander";
import { ExitCode, formatError, PlatformError } from "../common/errors.js";

/** Tells the user what ended a command, and gives the process's exit code; a stack trace only for faults of ours. */
export function reportThrown(thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return ExitCode.ok;
    process.stderr.write(`${thrown.message}\nRun it with --help for its options.\n`);
    return ExitCode.configuration;
  }
  if (thrown instanceof PlatformError) {
    process.stderr.write(`${formatError(thrown)}\n`);
    return thrown.exitCode;
  }
  process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  return ExitCode.error;
}
