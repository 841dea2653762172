import { verdictLines } from "../../cli/preview/command.js";
import type { ProgramRun } from "../../cli/preview/run-program.js";
import { summarize } from "../../cli/preview/summary.js";
import { renderPreview } from "../../cli/preview/terminal.js";
import { judgeRecorded } from "../../cli/readiness/recorded.js";
import { banner, suites } from "../suites.js";

/** Marks lines that the README leaves out. */
const ellipsis = "…";

/** The line that opens a component: its name, kind and count of resources. */
const head = /^ *\S+ [A-Z]\w+ \d+/;
const shown = /^(dns|us-east-1|us-west1|vault-.*|failover| {2}us-(east-1|west1)-(data|agent|traffic)) [A-Z]/;
/** The one component whose resources are shown by type. */
const opened = /^ {2}us-east-1-agent /;
const always = /^(Stack|Offline|Topology|Protected|Unknown|Outputs|Production|Failed)/;

/** The preview of production as the command prints it, less the lines that the README has no room for. */
export function previewExcerpt(run: ProgramRun): string {
  const preview = renderPreview(summarize(run), { color: false, full: false });
  const text = `${preview}\n${verdictLines(judgeRecorded(run))}`;
  return console("run", ["$ npm run preview -- --stack production", ...excerpt(text.split("\n"))]);
}

/** The lines with which `npm test` opens each suite. */
export function suiteBanners(): string {
  return console('not-run="is what runs the suites"', [
    "$ npm test",
    ...suites.flatMap((suite) => [banner(suite), ellipsis]),
  ]);
}

function excerpt(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let open = false;
  for (const line of lines) {
    const isHead = head.test(line);
    if (isHead) open = opened.test(line);
    if (always.test(line) || (isHead ? shown.test(line) : open && line !== "")) kept.push(line);
    else if (line !== "" && kept.at(-1) !== ellipsis) kept.push(ellipsis);
  }
  return kept;
}

/** A block of commands; the mark says whether a test runs it (test/tools/documents). */
function console(mark: string, lines: readonly string[]): string {
  return [`\`\`\`console ${mark}`, ...lines, "```"].join("\n");
}
