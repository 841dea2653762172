import { CATEGORIES, isFinding, type Category, type Result, type Severity } from "../../policy/engine/result.js";
import { groupBy } from "../../policy/model/collections.js";
import type { ComponentSummary, PreviewSummary } from "../preview/summary.js";
import type { Report } from "../readiness/report.js";

/** All that a page shows; what a source does not know (manifests have no topology) is left out. */
export interface PageData {
  readonly title: string;
  /** What was looked at: `stack production, offline`. */
  readonly source: string;
  readonly report: Report;
  /** Resources and topology of a stack. */
  readonly summary?: PreviewSummary;
  /** The topology's drawing. */
  readonly drawing?: string;
  readonly generatedAt: Date;
}

/** One check with what it said of every resource. */
export interface CheckGroup {
  readonly check: string;
  readonly severity: Severity;
  readonly remediation: string;
  readonly link: string;
  readonly passed: number;
  readonly notApplicable: number;
  readonly findings: readonly Result[];
  readonly exempted: readonly Result[];
}

export interface CategoryGroup {
  readonly category: Category;
  readonly passed: number;
  readonly failed: number;
  readonly warned: number;
  readonly exempted: number;
  readonly checks: readonly CheckGroup[];
}

const isOpen = (result: Result): boolean =>
  (result.status === "fail" || result.status === "warning") && result.suppressed === undefined;

/** The results by category and check: what needs action first, then by name. */
export function groupByCategory(results: readonly Result[]): CategoryGroup[] {
  return CATEGORIES.map((category) => {
    const own = results.filter((result) => result.category === category);
    const checks = [...groupBy(own, ({ check }) => check).values()].map(groupOf);
    const count = (status: string): number =>
      own.filter((result) => result.status === status && result.suppressed === undefined).length;
    return {
      category,
      passed: count("pass"),
      failed: count("fail"),
      warned: count("warning"),
      exempted: checks.reduce((sum, check) => sum + check.exempted.length, 0),
      checks: checks.sort((a, b) => urgency(b) - urgency(a) || a.check.localeCompare(b.check)),
    };
  });
}

function groupOf(results: readonly Result[]): CheckGroup {
  const [{ check, severity, remediation, link }] = results as readonly [Result, ...Result[]];
  return {
    ...{ check, severity, remediation, link },
    passed: results.filter(({ status }) => status === "pass").length,
    notApplicable: results.filter(({ status }) => status === "n/a").length,
    findings: results.filter(isOpen),
    exempted: results.filter(({ suppressed, status }) => suppressed !== undefined && status !== "n/a"),
  };
}

function urgency({ findings, exempted }: CheckGroup): number {
  if (findings.some((result) => result.status === "fail" && isFinding(result))) return 3;
  return findings.length > 0 ? 2 : exempted.length > 0 ? 1 : 0;
}

/** A row of the table of resources. */
export interface ResourceRow {
  readonly name: string;
  readonly type: string;
  readonly component: string;
  readonly protected: boolean;
  /** Inputs that are known at deploy only. */
  readonly unknown: readonly string[];
  readonly findings: number;
}

/** Every resource, in the order of the preview's tree; without a preview, what the rule book judged. */
export function resourceRows({ summary, report }: PageData): ResourceRow[] {
  if (summary === undefined) return judgedRows(report);
  return summary.tree.flatMap((component) => componentRows(component));
}

function componentRows(component: ComponentSummary): ResourceRow[] {
  const own = component.resources.map(({ type, name, protected: kept, unknown }) => ({
    ...{ type, name, component: component.name, protected: kept, unknown },
    findings: 0,
  }));
  return [...own, ...component.children.flatMap(componentRows)];
}

function judgedRows({ results }: Report): ResourceRow[] {
  return [...groupBy(results, ({ resource }) => resource)].map(([resource, own]) => {
    const [type = "", ...rest] = resource.split("/");
    const findings = own.filter(isOpen).length;
    return { name: rest.join("/"), type, component: own[0]?.file ?? "", protected: false, unknown: [], findings };
  });
}
