import type { PlatformView } from "../model/view.js";
import type { Subject } from "../model/resource.js";
import type { Check, Context, Judged, ParameterValue } from "./check.js";
import { exemptionOf, type Exemption } from "./exemptions.js";
import { notApplicable, type Result, type Verdict } from "./result.js";

/** How the rule book is applied; everything is optional, defaults are the checks' own. */
export interface Settings {
  /** Parameters by check id. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, ParameterValue>>>>;
  readonly disabled?: readonly string[];
  readonly exemptions?: readonly Exemption[];
  /** Every check id of the rule book, where only some are applied. */
  readonly known?: ReadonlySet<string>;
}

/** Judges a view by the checks: one result per check and subject, in the order of the rule book. */
export function judge(checks: readonly Check[], view: PlatformView, settings: Settings = {}): Result[] {
  const disabled = new Set(settings.disabled);
  const exemptions = { now: view.facts.now, exemptions: settings.exemptions ?? [] };
  const checkIds = settings.known ?? new Set(checks.map((check) => check.id));
  const results: Result[] = [];
  for (const check of checks) {
    if (disabled.has(check.id)) continue;
    const given = settings.parameters?.[check.id] ?? {};
    for (const { subject, verdict } of verdictsOf(check, { view, checkIds, given })) {
      const suppressed =
        verdict.status === "fail" || verdict.status === "warning"
          ? check.exemptible === false
            ? undefined
            : exemptionOf(check.id, subject, exemptions)
          : undefined;
      const result = toResult(check, subject, verdict);
      results.push(suppressed ? { ...result, suppressed } : result);
    }
  }
  return results;
}

interface Source {
  readonly view: PlatformView;
  readonly checkIds: ReadonlySet<string>;
  readonly given: Readonly<Record<string, ParameterValue>>;
}

/** What a check says of every subject; nothing where it would be concluded from what could not be read. */
function verdictsOf(check: Check, source: Source): readonly Judged[] {
  if (source.view.facts.unread === undefined) return check.run(contextOf(check, source));
  // What one check asked for must not be held against the next.
  const view = source.view.again();
  const judged = check.run(contextOf(check, { ...source, view }));
  const missing = [...view.missing].join(", ");
  // One object suffices to judge it by a check of a resource, whatever else there is.
  if (check.scope === "resource" || missing === "") return judged;
  return judged.map(({ subject }) => ({ subject, verdict: notApplicable(`cannot be told without ${missing}`) }));
}

/** The context of one check: its parameters with their defaults. */
export function contextOf(check: Check, { view, checkIds, given }: Source): Context {
  const value = (name: string): ParameterValue | undefined => given[name] ?? check.parameters?.[name]?.default;
  return {
    view,
    checkIds,
    number: (name) => Number(value(name)),
    string: (name) => String(value(name)),
    boolean: (name) => value(name) === true,
    strings: (name) => {
      const entries = value(name);
      return Array.isArray(entries) ? (entries as readonly string[]) : [];
    },
  };
}

function toResult(check: Check, subject: Subject, verdict: Verdict): Result {
  return {
    check: check.id,
    category: check.category,
    severity: check.severity,
    status: verdict.status,
    resource: subject.id,
    file: subject.origin.file,
    line: subject.origin.line,
    urn: subject.origin.urn,
    message: verdict.message,
    remediation: check.remediation,
    link: check.link,
  };
}
