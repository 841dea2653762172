import type { Command } from "commander";
import { isFinding } from "../../policy/engine/result.js";
import { judgeRecorded } from "../readiness/recorded.js";
import { exitCodeOf, type Report } from "../readiness/report.js";
import { wantsColor } from "../output/color.js";
import { startProgress } from "../output/progress.js";
import { runStack } from "./run-stack.js";
import { requireStack, withStack } from "./stack-option.js";
import { summarize } from "./summary.js";
import { renderPreview } from "./terminal.js";

interface PreviewOptions {
  readonly stack?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly firstDeploy?: boolean;
}

export function registerPreview(program: Command): void {
  withStack(program.command("preview"))
    .description("Show everything that a stack would create: no account, no CLI, no network.")
    .option("--json", "machine-readable summary on standard output")
    .option("--full", "every resource by name")
    .option("--first-deploy", "treat every computed value as unknown, as the first preview by the engine does")
    .addHelpText("after", "\nExample:\n  npm run preview -- --stack production")
    .action(preview);
}

async function preview(options: PreviewOptions): Promise<void> {
  const stack = requireStack(options.stack);
  const progress = startProgress(`running the program for ${stack}`);
  const run = await runStack(stack, { outputsKnown: options.firstDeploy !== true }).finally(() => progress.stop());
  const report = judgeRecorded(run);
  const summary = { ...summarize(run), readiness: { score: report.score, ...report.summary } };
  const text =
    options.json === true
      ? JSON.stringify(summary, undefined, 2)
      : `${renderPreview(summary, { color: wantsColor(process.stdout), full: options.full === true })}\n${verdictLines(report)}`;
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCodeOf(report, "fail");
}

/** The rule book's verdict, with which the preview ends. */
export function verdictLines({ score, summary, results }: Report): string {
  const failed = [
    ...new Set(results.filter((result) => result.status === "fail" && isFinding(result)).map((result) => result.check)),
  ];
  const { pass, fail, warning, suppressed } = summary;
  const head = `Production readiness: ${score ?? "nothing judged"} of 100 (${pass} passed, ${fail} failed, ${warning} warnings, ${suppressed} exempted)`;
  return failed.length === 0
    ? head
    : `${head}\nFailed: ${failed.join(", ")}; npm run readiness shows each with its remedy.`;
}
