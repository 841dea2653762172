import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKS } from "../../../policy/checks/index.js";
import { judge } from "../../../policy/engine/judge.js";
import { viewOfManifests } from "../../../cli/readiness/sources/manifests.js";

/** Manifests with verdicts that other projects' authors declare; kept beside the checkout, not part of it. */
export const FIXTURES =
  process.env.AGENT_PLATFORM_FIXTURES ?? join(__dirname, "..", "..", "..", "..", "shared", "policy-fixtures");

export interface FixtureRow {
  readonly check: string;
  readonly file: string;
  readonly expected: "pass" | "fail";
  readonly core: boolean;
  readonly rule: string;
}

export interface Agreement extends FixtureRow {
  readonly agrees: boolean;
  readonly statuses: readonly string[];
  readonly messages: readonly string[];
}

/** The comparable rows of the index; `undefined` where there are no fixtures. */
export function readIndex(): readonly FixtureRow[] | undefined {
  const index = join(FIXTURES, "INDEX.tsv");
  if (!existsSync(index)) return undefined;
  const [, ...lines] = readFileSync(index, "utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const [project = "", rule = "", check = "", file = "", expected = "", , , , comparable = ""] = line.split("\t");
    if (comparable !== "yes") return [];
    const core = !check.startsWith("x-");
    return {
      check: check.replace(/^x-/, ""),
      file,
      expected: expected as "pass" | "fail",
      core,
      rule: `${project}/${rule}`,
    };
  });
}

/** Judges one file alone: an expected `fail` is met by a failure or a warning, an expected `pass` by neither. */
export function compare(row: FixtureRow): Agreement {
  const { view } = viewOfManifests(join(FIXTURES, row.file), { now: new Date() });
  const checks = CHECKS.filter((check) => check.id === row.check);
  const results = judge(checks, view);
  const finding = results.some((result) => result.status === "fail" || result.status === "warning");
  return {
    ...row,
    agrees: finding === (row.expected === "fail"),
    statuses: results.map((result) => `${result.resource}: ${result.status}`),
    messages: results.map((result) => result.message),
  };
}
