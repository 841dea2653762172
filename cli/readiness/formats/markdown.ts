import { CATEGORIES, type Result } from "../../../policy/engine/result.js";
import type { Report } from "../report.js";

const MARKS = { pass: "✅", fail: "❌", warning: "⚠️", "n/a": "▫️" } as const;
/** A comment on a pull request may hold 65,536 characters; what is left out is counted. */
const MAX_ROWS = 200;

/** For a pull request: the verdict, a table of findings by category, exemptions folded away. */
export function formatMarkdown({ summary, score, results, faults }: Report): string {
  const findings = results.filter((result) => result.status === "fail" || result.status === "warning");
  const open = findings.filter((result) => !result.suppressed);
  const exempt = findings.filter((result) => result.suppressed);
  const { pass, fail, warning } = summary;
  const lines = [
    `## ${fail > 0 ? "❌" : warning > 0 ? "⚠️" : "✅"} Production readiness: ${score === null ? "nothing was judged" : `${score} of 100`}`,
    "",
    `${pass} passed, ${fail} failed, ${warning} warnings, ${exempt.length} exempt, ${summary.resources} resources`,
    "",
    ...CATEGORIES.flatMap((category) =>
      table(
        category,
        open.filter((result) => result.category === category),
      ),
    ),
    ...folded(
      "Exempt",
      exempt.map(
        (r) =>
          `- ${cell(r.resource)}: ${cell(r.check)} until ${r.suppressed?.expires ?? ""}, ${cell(r.suppressed?.reason ?? "")}`,
      ),
    ),
    ...folded(
      "Input that could not be judged",
      faults.map((fault) => `- ${cell(fault.path)}: ${cell(fault.rule)}`),
    ),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function table(category: string, results: readonly Result[]): string[] {
  if (results.length === 0) return [];
  const rows = results.slice(0, MAX_ROWS).map((result) => {
    const place = result.file === undefined ? "" : `<br>${cell(result.file)}:${result.line ?? 1}`;
    const check = /^https:/.test(result.link) ? `[${result.check}](${result.link})` : result.check;
    const known = result.known ? " (in the baseline)" : "";
    return `| ${MARKS[result.status]} ${result.severity} | ${check} | ${cell(result.resource)}${place} | ${cell(result.message)}${known} | ${cell(result.remediation)} |`;
  });
  const more = results.length > MAX_ROWS ? ["", `… and ${results.length - MAX_ROWS} more`] : [];
  return [
    `### ${category}`,
    "",
    "| | check | resource | finding | remedy |",
    "|---|---|---|---|---|",
    ...rows,
    ...more,
    "",
  ];
}

function folded(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    "<details>",
    `<summary>${title} (${lines.length})</summary>`,
    "",
    ...lines.slice(0, MAX_ROWS),
    "",
    "</details>",
    "",
  ];
}

/** Text from outside must end neither a cell nor the table, and must not become markup. */
function cell(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll(/[\\|`*_[\]<>@#]/g, (mark) => `\\${mark}`);
}
