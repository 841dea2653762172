import { InvalidArgumentError, Option, type Command } from "commander";
import { runCommand } from "../../common/command.js";
import { ExitCode } from "../../common/errors.js";
import { readChanges, risksOf } from "../changes/changes.js";
import { changesMarkdown, headline } from "../changes/markdown.js";
import { stackConfig } from "../preview/stack-config.js";
import { requireStack, withStack } from "../preview/stack-option.js";
import { stickyComment, type CommentOptions } from "./comment.js";
import { deliverySteps } from "./deliver.js";
import { driftBody, readDrifts, reportDrift } from "./drift.js";
import { requireVariables } from "./require.js";
import { runSteps, shellLine } from "./run-steps.js";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a whole number above 0");
}

/** Adds `ci require|risk|comment|drift|deliver`: the steps of the pipelines, which run on a laptop as well. */
export function registerCi(program: Command): void {
  const ci = program.command("ci").description("The steps of the pipelines; each runs on a laptop as well.");
  ci.command("require")
    .description("fail first, and name every secret and variable that is missing")
    .argument("<names...>", "environment variables that must not be empty")
    .action((names: string[]) => {
      requireVariables(names);
      say(`${names.length} secrets and variables are set`);
    });
  addRisk(ci);
  ci.command("comment")
    .description("write the one comment of a key on a pull request; too long a body is shortened, with a link")
    .argument("<files...>", "Markdown files, in order")
    .option("--key <name>", "which comment it is", "preview")
    .option("--pull-request <number>", "default: the one that the job runs for", positive)
    .option("--link <url>", "where the whole is; default: the run")
    .option("--dry-run", "print the body instead")
    .action(async (files: string[], options: CommentOptions) => say(await stickyComment(files, options)));
  ci.command("drift")
    .description("keep one issue about drift: open, rewrite or close it")
    .argument("<stack=file...>", "outputs of pulumi preview --refresh --json")
    .option("--dry-run", "print the issue's body instead")
    .action(async (pairs: string[], { dryRun }: { dryRun?: boolean }) => {
      const body = driftBody(readDrifts(pairs));
      say(dryRun === true ? (body ?? "nothing drifted") : await reportDrift(body));
    });
  addDeliver(ci);
}

const failLevels = ["protected", "deletions", "never"] as const;

function addRisk(ci: Command): void {
  ci.command("risk")
    .description("what an engine's preview would delete and replace; exit code 5 where that is to stop")
    .argument("<file>", "output of pulumi preview --json")
    .addOption(new Option("--fail-on <level>", "what ends with exit code 5").choices(failLevels).default("protected"))
    .option("--json", "print JSON")
    .option("--markdown", "print Markdown")
    .action((file: string, options: RiskOptions) => {
      process.exitCode = risk(file, options);
    });
}

interface RiskOptions {
  readonly failOn: (typeof failLevels)[number];
  readonly json?: boolean;
  readonly markdown?: boolean;
}

function risk(file: string, { failOn, json, markdown }: RiskOptions): ExitCode {
  const report = readChanges("ci risk", file);
  const risks = risksOf(report);
  const text = json === true ? JSON.stringify({ ...report, ...risks }, undefined, 2) : undefined;
  say(text ?? (markdown === true ? changesMarkdown(report) : headline(report)));
  const stopping = failOn === "deletions" ? [...risks.deleted, ...risks.replaced] : risks.protectedTouched;
  if (report.errors.length > 0) return ExitCode.resource;
  return failOn !== "never" && stopping.length > 0 ? ExitCode.policy : ExitCode.ok;
}

interface DeliverOptions {
  readonly stack?: string;
  readonly plan: string;
  readonly wait?: number;
  readonly dryRun?: boolean;
}

function addDeliver(ci: Command): void {
  withStack(ci.command("deliver"))
    .description("deliver a plan: secondary regions first, canary, smoke test, promotion, wait; then everything")
    .requiredOption("--plan <file>", "plan that pulumi preview --save-plan wrote; nothing else is applied")
    .option("--wait <seconds>", "for each region, where the strategy has no stages of its own", positive)
    .option("--dry-run", "print the commands instead")
    .action(deliver);
}

async function deliver({ stack: name, plan, wait, dryRun }: DeliverOptions): Promise<void> {
  const stack = requireStack(name);
  const exists = dryRun === true || (await runsAlready(stack));
  const request = { stack, plan, exists, ...(wait === undefined ? {} : { waitSeconds: wait }) };
  const steps = deliverySteps(stackConfig(stack), request);
  if (dryRun === true) for (const { command } of steps) say(shellLine(command));
  else await runSteps(steps);
}

async function runsAlready(stack: string): Promise<boolean> {
  const { stdout } = await runCommand("pulumi", ["stack", "output", "--json", "--stack", stack]);
  return "regions" in (JSON.parse(stdout) as object);
}
