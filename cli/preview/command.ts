import { Option, type Command } from "commander";
import { isFinding } from "../../policy/engine/result.js";
import { readChanges } from "../changes/changes.js";
import { wantsColor } from "../output/color.js";
import { writeOutput } from "../output/file.js";
import { judgeRecorded } from "../readiness/recorded.js";
import { exitCodeOf, verdictLine, type Report } from "../readiness/report.js";
import { projectRoot } from "../root.js";
import { previewMarkdown } from "./markdown.js";
import { alongsideQueries } from "./queries.js";
import { runStack } from "./run-stack.js";
import { readStackFile } from "./stack-files.js";
import { requireStack, withStack } from "./stack-option.js";
import { summarize, type PreviewSummary } from "./summary.js";
import { renderPreview } from "./terminal.js";

interface PreviewOptions {
  readonly stack?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: string;
  readonly changes?: string;
  readonly full?: boolean;
  readonly firstDeploy?: boolean;
}

export function registerPreview(program: Command): void {
  withStack(program.command("preview"))
    .description("Show everything that a stack would create: no account, no CLI, no network.")
    .option("--json", "machine-readable summary on standard output")
    .addOption(new Option("--markdown", "for a pull request's comment").conflicts("json"))
    .option("--html <file>", "also write one self-contained page: topology, readiness, resources")
    .option("--changes <file>", "with --markdown: output of `pulumi preview --json`, whose risks come first")
    .option("--full", "every resource by name")
    .option("--first-deploy", "treat every computed value as unknown, as the first preview by the engine does")
    .addHelpText("after", "\nExample:\n  npm run preview -- --stack production --html preview.html")
    .action(preview);
}

async function preview(options: PreviewOptions): Promise<void> {
  const stack = requireStack(options.stack);
  const changes = options.changes === undefined ? undefined : readChanges("--changes", options.changes);
  const { run, remark } = await alongsideQueries(
    readStackFile(projectRoot, stack),
    runStack(stack, { outputsKnown: options.firstDeploy !== true, progress: `running the program for ${stack}` }),
  );
  if (remark !== undefined) process.stderr.write(`note: ${remark}\n`);
  const report = judgeRecorded(run);
  const summary = summarize(run);
  process.stdout.write(
    options.markdown === true ? previewMarkdown({ summary, report, changes }) : `${render(summary, report, options)}\n`,
  );
  if (options.html !== undefined) {
    const { stackPage } = await import("../report/stack-page.js");
    writeOutput("--html", options.html, await stackPage(summary, report));
  }
  process.exitCode = exitCodeOf(report, "fail");
}

function render(summary: PreviewSummary, report: Report, { json, full }: PreviewOptions): string {
  if (json === true) {
    return JSON.stringify({ ...summary, readiness: { score: report.score, ...report.summary } }, undefined, 2);
  }
  return `${renderPreview(summary, { color: wantsColor(process.stdout), full: full === true })}\n${verdictLines(report)}`;
}

/** The verdict with which the preview ends. */
export function verdictLines(report: Report): string {
  const findings = report.results.filter((result) => result.status === "fail" && isFinding(result));
  const failed = [...new Set(findings.map((result) => result.check))];
  const head = verdictLine(report);
  return failed.length === 0
    ? head
    : `${head}\nFailed: ${failed.join(", ")}; npm run readiness shows each with its remedy.`;
}
