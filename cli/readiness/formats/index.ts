import type { ReadinessOptions } from "../run.js";
import type { Report } from "../report.js";
import { formatJson } from "./json.js";
import { formatMarkdown } from "./markdown.js";
import { formatTerminal } from "./terminal.js";

/** The report in the format that was asked for. */
export async function formatReport(report: Report, options: ReadinessOptions): Promise<Iterable<string>> {
  if (options.json) return formatJson(report);
  if (options.sarif) return [(await import("./sarif.js")).formatSarif(report)];
  if (options.junit) return [(await import("./junit.js")).formatJunit(report)];
  if (options.markdown) return [formatMarkdown(report)];
  return [formatTerminal(report)];
}
