import { ExitCode, PlatformError, showValue } from "../../common/errors.js";
import { readChanges, type ChangeReport } from "../changes/changes.js";
import { changesMarkdown } from "../changes/markdown.js";
import { GitHub, runUrl } from "./github.js";
import { shorten } from "./shorten.js";

const mark = "<!-- agent-platform: drift -->";
const label = "drift";
const title = "Drift: what runs is not what is declared";

interface StackDrift {
  readonly stack: string;
  readonly report: ChangeReport;
}

/** What to do where the API server refused to say what would change, because a declared field is somebody else's by now. */
function conflictHelp({ stack, report }: StackDrift): string[] {
  if (!report.errors.some((error) => error.includes("field conflict"))) return [];
  return [
    "Somebody else wrote a field that the program declares. Declare what they wrote, or put the declared value back:" +
      `\n\n    PULUMI_K8S_ENABLE_PATCH_FORCE=true pulumi up --refresh --stack ${stack}\n    pulumi up --stack ${stack}`,
  ];
}

/** The issue's body: a section for each stack that drifted; `undefined` where none did. */
export function driftBody(drifts: readonly StackDrift[]): string | undefined {
  const drifted = drifts.filter(({ report }) => report.changes.length > 0 || report.errors.length > 0);
  if (drifted.length === 0) return undefined;
  const sections = drifted.map((one) =>
    [`# ${one.stack}`, changesMarkdown(one.report), ...conflictHelp(one)].join("\n\n"),
  );
  const link = runUrl();
  const found = link === undefined ? [] : [`Found by [this run](${link}).`];
  return shorten([mark, ...found, ...sections].join("\n\n"), link);
}

/** Reads `STACK=FILE` pairs: outputs of `pulumi preview --refresh --json`. */
export function readDrifts(pairs: readonly string[]): StackDrift[] {
  return pairs.map((pair) => {
    const [, stack, file] = /^([\w-]+)=(.+)$/.exec(pair) ?? [];
    if (stack !== undefined && file !== undefined) return { stack, report: readChanges("ci drift", file) };
    throw new PlatformError("the drift cannot be read", ExitCode.configuration, [
      { path: "ci drift", received: showValue(pair), rule: "must be STACK=FILE", fix: "production=changes.json" },
    ]);
  });
}

/** What became of the one issue. */
export interface DriftOutcome {
  readonly action: "nothing" | "opened" | "updated" | "closed";
  readonly issue?: number;
}

/** Keeps one issue: opened when something drifts, rewritten while it does, closed when nothing does. */
export async function reportDrift(body: string | undefined): Promise<DriftOutcome> {
  const github = GitHub.fromEnvironment();
  const open = await github.findIssue(label, mark);
  if (body === undefined) {
    if (open === undefined) return { action: "nothing" };
    await github.updateIssue(open, { state: "closed" });
    return { action: "closed", issue: open };
  }
  if (open !== undefined) {
    await github.updateIssue(open, { title, body });
    return { action: "updated", issue: open };
  }
  return { action: "opened", issue: await github.createIssue({ title, body, labels: [label] }) };
}

/** The outcome in words. */
export function driftText({ action, issue = 0 }: DriftOutcome): string {
  if (action === "nothing") return "nothing drifted";
  return action === "closed" ? `nothing drifts any more: closed issue ${issue}` : `${action} issue ${issue}`;
}
