import { InvalidArgumentError, Option, type Command } from "commander";
import { runCommand } from "../../common/command.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { stackConfig } from "../preview/stack-config.js";
import { requireStack, withStack } from "../preview/stack-option.js";
import { runSteps, shellLine } from "./run-steps.js";
import { deliverySteps, planSteps, type Step, type StepsRequest } from "./steps.js";

interface Options {
  readonly stack?: string;
  readonly plans: string;
  readonly wait?: number;
  readonly first?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** A whole number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a whole number above 0");
}

/** Adds `ci plan` and `ci deliver`. */
export function addDelivery(ci: Command): void {
  const add = (name: string, description: string, steps: Steps): Command =>
    withStack(ci.command(name))
      .description(description)
      .option("--plans <folder>", "folder of the plans", "plans")
      .option("--first", "the first deployment: no region goes ahead of the others")
      .option("--dry-run", "print the commands instead")
      .addOption(new Option("--json", "print the commands instead, as JSON").implies({ dryRun: true }))
      .action(async (options: Options) => await run(options, steps));
  add("plan", "preview the whole and save a plan of each stage, with the policy pack", planSteps);
  add(
    "deliver",
    "apply the plans: secondary regions first, canary, smoke test, promotion, wait; then the rest",
    deliverySteps,
  ).option("--wait <seconds>", "for each region, where the strategy has no stages of its own", positive);
}

type Steps = (config: StackConfig, request: StepsRequest) => readonly Step[];

async function run({ stack: name, plans, wait, first, dryRun, json }: Options, stepsOf: Steps): Promise<void> {
  const stack = requireStack(name);
  const config = stackConfig(stack);
  const exists = first !== true && (dryRun === true || (await runsAlready(stack)));
  const steps = stepsOf(config, { stack, plans, exists, ...(wait === undefined ? {} : { waitSeconds: wait }) });
  if (dryRun !== true) await runSteps(steps);
  else if (json === true) process.stdout.write(`${JSON.stringify(steps, undefined, 2)}\n`);
  else for (const step of steps) process.stdout.write(`${shellLine(step)}\n`);
}

async function runsAlready(stack: string): Promise<boolean> {
  const { stdout } = await runCommand("pulumi", ["stack", "output", "--json", "--stack", stack]);
  return "regions" in (JSON.parse(stdout) as object);
}
