import type { Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { projectRoot } from "../root.js";
import { listStacks } from "./stack-files.js";

/** Adds `--stack`, which every command about a stack takes the same way. */
export function withStack(command: Command): Command {
  return command.option("-s, --stack <name>", "stack to use: the middle part of Pulumi.<name>.yaml");
}

/** @throws PlatformError exit code 2, naming the stacks that exist, where none was chosen. */
export function requireStack(stack: string | undefined): string {
  if (stack !== undefined) return stack;
  const known = listStacks(projectRoot).join(", ") || "none";
  throw new PlatformError(`say which stack: --stack NAME; there are: ${known}`, ExitCode.configuration);
}
