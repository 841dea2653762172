import { ExitCode, type Fault } from "../../common/errors.js";
import { isFinding, SEVERITIES, type Result, type Severity } from "../../policy/engine/result.js";

/** When a run ends with exit code 5: at failures (the default), at warnings too, at failures of a severity, or never. */
export const FAIL_ON = ["fail", "warning", ...SEVERITIES, "never"] as const;
export type FailOn = (typeof FAIL_ON)[number];

export interface Summary {
  readonly pass: number;
  readonly fail: number;
  readonly warning: number;
  readonly notApplicable: number;
  /** Findings that an exemption takes out of the verdict. */
  readonly suppressed: number;
  /** Findings that the baseline already held. */
  readonly known: number;
  readonly resources: number;
}

/** Everything that any format shows. */
export interface Report {
  readonly summary: Summary;
  /** 0 to 100: the share of weighted checks that passed; a warning counts half; `null` where nothing was judged. */
  readonly score: number | null;
  readonly results: readonly Result[];
  /** Input that could not be judged. */
  readonly faults: readonly Fault[];
}

/** A critical check weighs ten times a low one. */
const WEIGHTS: Readonly<Record<Severity, number>> = { critical: 10, high: 5, medium: 3, low: 1 };

export function toReport(results: readonly Result[], faults: readonly Fault[] = []): Report {
  const counts = { pass: 0, fail: 0, warning: 0, notApplicable: 0, suppressed: 0, known: 0 };
  let reached = 0;
  let possible = 0;
  for (const result of results) {
    const weight = WEIGHTS[result.severity];
    if (result.status === "n/a") counts.notApplicable += 1;
    else if (result.suppressed) counts.suppressed += 1;
    else {
      counts[result.status] += 1;
      if (result.known) counts.known += 1;
      possible += weight;
      reached += result.status === "pass" ? weight : result.status === "warning" ? weight / 2 : 0;
    }
  }
  const resources = new Set(results.map((result) => result.resource)).size;
  const score = possible === 0 ? null : Math.floor((100 * reached) / possible);
  return { summary: { ...counts, resources }, score, results, faults };
}

/** The exit code of a report: 2 where input was bad, else 5 where something is to be acted on, else 0. */
export function exitCodeOf(report: Report, failOn: FailOn): ExitCode {
  if (report.faults.length > 0) return ExitCode.configuration;
  return report.results.some((result) => isFinding(result) && stops(result, failOn)) ? ExitCode.policy : ExitCode.ok;
}

function stops(result: Result, failOn: FailOn): boolean {
  switch (failOn) {
    case "never":
      return false;
    case "warning":
      return true;
    case "fail":
      return result.status === "fail";
    default:
      return result.status === "fail" && SEVERITIES.indexOf(result.severity) <= SEVERITIES.indexOf(failOn);
  }
}

/** The rule book's verdict in one line, the same in every format. */
export function verdictLine({ score, summary: { pass, fail, warning, suppressed } }: Report): string {
  return `Production readiness: ${score ?? "nothing judged"} of 100 (${pass} passed, ${fail} failed, ${warning} warnings, ${suppressed} exempted)`;
}
