import { styleText } from "node:util";
import { CATEGORIES, isFinding, SEVERITIES, type Result } from "../../../policy/engine/result.js";
import { groupBy } from "../../../policy/model/collections.js";
import { printsColor } from "../../output/print.js";
import type { Report } from "../report.js";

type Style = Parameters<typeof styleText>[0];
const color = printsColor();
const paint = (style: Style, text: string): string =>
  color ? styleText(style, text, { validateStream: false }) : text;

const MARKS = { pass: "✔", fail: "✖", warning: "▲", "n/a": "·" } as const;
const STYLES: Readonly<Record<Result["status"], Style>> = {
  pass: "green",
  fail: "red",
  warning: "yellow",
  "n/a": "dim",
};

/** For people: findings by category, the gravest first, each check's remedy once; then the score. */
export function formatTerminal(report: Report): string {
  const byCategory = groupBy(report.results, (result) => result.category);
  const lines: string[] = [];
  for (const category of CATEGORIES) {
    const results = byCategory.get(category);
    if (results) lines.push(...categoryLines(category, results), "");
  }
  lines.push(...summaryLines(report));
  return `${lines.join("\n")}\n`;
}

function categoryLines(category: string, results: readonly Result[]): string[] {
  const byCheck = [...groupBy(results, (result) => result.check).values()];
  const asked = byCheck.filter((group) => group.some((result) => result.status !== "n/a"));
  const clean = asked.filter(
    (group) => !group.some((result) => result.status === "fail" || result.status === "warning"),
  );
  const rest = asked.filter((group) => !clean.includes(group)).sort((a, b) => rank(a) - rank(b));
  const title = paint("bold", category.toUpperCase());
  const passed = clean.map((group) => group[0]?.check ?? "").join(", ");
  return [
    `${title}  ${clean.length} of ${asked.length} checks without findings`,
    ...(passed === "" ? [] : [paint("green", `  ${MARKS.pass} `) + paint("dim", passed)]),
    ...rest.flatMap(checkLines),
  ];
}

function rank(group: readonly Result[]): number {
  const first = group[0];
  const failed = group.some((result) => result.status === "fail" && isFinding(result));
  return (failed ? 0 : 10) + (first ? SEVERITIES.indexOf(first.severity) : 0);
}

function checkLines(group: readonly Result[]): string[] {
  const [first] = group;
  if (!first) return [];
  const findings = group.filter((result) => result.status === "fail" || result.status === "warning");
  const passed = group.filter((result) => result.status === "pass").length;
  const count = `${findings.length} of ${findings.length + passed}`;
  return [
    `  ${paint("bold", first.check)} (${first.severity}): ${count}`,
    ...findings.map((result) => `    ${findingLine(result)}`),
    `    ${paint("cyan", "fix:")} ${first.remediation} ${paint("dim", first.link)}`,
  ];
}

function findingLine(result: Result): string {
  const place = result.file === undefined ? "" : paint("dim", ` ${result.file}:${result.line ?? 1}`);
  const text = `${result.resource}: ${result.message}`;
  if (result.suppressed) {
    const { reason, expires } = result.suppressed;
    return paint("dim", `${MARKS["n/a"]} ${text} (exempt until ${expires}: ${reason})`) + place;
  }
  const known = result.known ? paint("dim", " (in the baseline)") : "";
  return `${paint(STYLES[result.status], `${MARKS[result.status]} ${result.status}`)} ${text}${known}${place}`;
}

function summaryLines({ summary, score }: Report): string[] {
  const { pass, fail, warning, suppressed, known, resources } = summary;
  const extra = [
    ...(suppressed > 0 ? [`${suppressed} exempt`] : []),
    ...(known > 0 ? [`${known} in the baseline`] : []),
  ];
  const counts = [`${pass} passed`, `${fail} failed`, `${warning} warnings`, ...extra].join(", ");
  const verdict =
    fail > 0
      ? paint("red", "not ready")
      : warning > 0
        ? paint("yellow", "ready, with warnings")
        : paint("green", "ready");
  return [
    `${paint("bold", "Production readiness")}: ${score === null ? "nothing was judged" : `${score} of 100, ${verdict}`}`,
    `  ${counts}, ${resources} resources`,
  ];
}
