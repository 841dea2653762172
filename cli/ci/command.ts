import { Option, type Command } from "commander";
import { ExitCode } from "../../common/errors.js";
import { readChanges, risksOf } from "../changes/changes.js";
import { changesMarkdown, headline } from "../changes/markdown.js";
import { stickyComment, type CommentOptions } from "./comment.js";
import { addDelivery, positive } from "./delivery-command.js";
import { driftBody, readDrifts, reportDrift } from "./drift.js";
import { requireVariables } from "./require.js";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Adds `ci require|risk|comment|drift|plan|deliver`: the steps of the pipelines, which run on a laptop as well. */
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
  addDelivery(ci);
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
