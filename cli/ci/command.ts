import { Option, type Command } from "commander";
import { ExitCode } from "../../common/errors.js";
import { readChanges, risksOf } from "../changes/changes.js";
import { changesMarkdown, headline } from "../changes/markdown.js";
import { commentBody, stickyComment, type CommentOptions } from "./comment.js";
import { addDelivery, positive } from "./delivery-command.js";
import { driftBody, driftText, readDrifts, reportDrift } from "./drift.js";
import { missingVariables, requireVariables } from "./require.js";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const sayJson = (value: unknown): void => say(JSON.stringify(value, undefined, 2));

interface Shown {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `ci require|risk|comment|drift|plan|deliver`: the steps of the pipelines, which run on a laptop as well. */
export function registerCi(program: Command): void {
  const ci = program.command("ci").description("The steps of the pipelines; each runs on a laptop as well.");
  ci.command("require")
    .description("fail first, and name every secret and variable that is missing")
    .argument("<names...>", "environment variables that must not be empty")
    .option("--json", "print JSON")
    .action((names: string[], { json }: Shown) => {
      if (json === true) sayJson({ names, missing: missingVariables(names) });
      requireVariables(names);
      if (json !== true) say(`${names.length} secrets and variables are set`);
    });
  addRisk(ci);
  ci.command("comment")
    .description("write the one comment of a key on a pull request; too long a body is shortened, with a link")
    .argument("<files...>", "Markdown files, in order")
    .option("--key <name>", "which comment it is", "preview")
    .option("--pull-request <number>", "default: the one that the job runs for", positive)
    .option("--link <url>", "where the whole is; default: the run")
    .option("--dry-run", "print the body instead")
    .option("--json", "print JSON")
    .action(comment);
  ci.command("drift")
    .description("keep one issue about drift: open, rewrite or close it")
    .argument("<stack=file...>", "outputs of pulumi preview --refresh --json")
    .option("--dry-run", "print the issue's body instead")
    .option("--json", "print JSON")
    .action(drift);
  addDelivery(ci);
}

async function comment(files: readonly string[], options: CommentOptions & Shown): Promise<void> {
  const body = commentBody(files, options);
  if (options.dryRun === true) {
    if (options.json === true) sayJson({ body });
    else say(body);
    return;
  }
  const outcome = await stickyComment(body, options);
  const { action, pullRequest } = outcome;
  if (options.json === true) sayJson(outcome);
  else say(`${action === "created" ? "commented on" : "updated the comment on"} pull request ${pullRequest}`);
}

async function drift(pairs: readonly string[], { dryRun, json }: Shown): Promise<void> {
  const body = driftBody(readDrifts(pairs));
  if (dryRun === true) {
    if (json === true) sayJson({ drifted: body !== undefined, body });
    else say(body ?? "nothing drifted");
    return;
  }
  const outcome = await reportDrift(body);
  if (json === true) sayJson(outcome);
  else say(driftText(outcome));
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
  const lost = failOn === "deletions" ? [...risks.deleted, ...risks.replaced] : risks.protectedTouched;
  const stopping = [...lost, ...risks.forAdministrator];
  if (report.errors.length > 0) return ExitCode.resource;
  return failOn !== "never" && stopping.length > 0 ? ExitCode.policy : ExitCode.ok;
}
