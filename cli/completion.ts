import type { Command } from "commander";
import { listStacks } from "./preview/stack-files.js";
import { projectRoot } from "./root.js";

/** Adds `complete SHELL`, which prints a completion script, and what that script asks; `--stack` completes the stacks. */
export async function addCompletion(program: Command): Promise<void> {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const root = tab(program);
  for (const command of root.commands.values()) {
    const option = command.options.get("stack");
    if (option !== undefined) {
      option.handler = (complete) => {
        for (const stack of listStacks(projectRoot)) complete(stack, `Pulumi.${stack}.yaml`);
      };
    }
  }
}
