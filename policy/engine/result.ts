/** The one result model: every report is a projection of it. */
export const CATEGORIES = ["infrastructure", "observability", "security", "reliability"] as const;
export type Category = (typeof CATEGORIES)[number];

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * - `fail`: the rule is broken;
 * - `warning`: partly met, or no evidence, or unknown until deployment;
 * - `n/a`: the rule does not ask anything of this resource;
 * - `pass`: there is evidence that it is met.
 */
export type Status = "pass" | "fail" | "warning" | "n/a";

/** What a check says of one subject. */
export interface Verdict {
  readonly status: Status;
  readonly message: string;
}

export interface Suppression {
  readonly reason: string;
  /** Last day on which the exemption holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly source: "annotation" | "configuration";
}

export interface Result extends Verdict {
  readonly check: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly resource: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly urn: string | undefined;
  readonly remediation: string;
  readonly link: string;
  readonly suppressed?: Suppression;
  /** Set where a baseline already holds the finding: it stays visible, and decides nothing. */
  readonly known?: boolean;
}

export const pass = (message: string): Verdict => ({ status: "pass", message });
export const fail = (message: string): Verdict => ({ status: "fail", message });
export const warning = (message: string): Verdict => ({ status: "warning", message });
export const notApplicable = (message: string): Verdict => ({ status: "n/a", message });
/** A value that the rule needs is known only at deployment: never a pass. */
export const unknownUntilDeployment = (path: string): Verdict =>
  warning(`${path} is unknown until deployment: judge the running stack as well`);

/** Whether a result is something to act on: neither exempted nor part of the baseline. */
export function isFinding(result: Result): boolean {
  return (
    (result.status === "fail" || result.status === "warning") &&
    result.suppressed === undefined &&
    result.known !== true
  );
}
