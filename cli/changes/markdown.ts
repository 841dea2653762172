import { groupBy } from "../../policy/model/collections.js";
import { risksOf, type Change, type ChangeReport } from "./changes.js";

const MAX_ROWS = 50;

/** The engine's preview for a pull request: what it risks first, then what changes, by component. */
export function changesMarkdown(report: ChangeReport): string {
  const { counts, changes, errors } = report;
  const { create, update, replace } = counts;
  return [
    `## ${headline(report)}`,
    `${create} to create, ${update} to update, ${replace} to replace, ${counts.delete} to delete, ${counts.same} unchanged`,
    ...(errors.length === 0
      ? []
      : [`The engine reported errors:\n\n${errors.map((text) => fence(text)).join("\n\n")}`]),
    ...riskTable(report),
    ...administratorPart(report),
    ...(changes.length === 0 ? [] : [byComponent(changes)]),
  ].join("\n\n");
}

/** The cost of risk in one line. */
export function headline(report: ChangeReport): string {
  const { replaced, deleted, protectedTouched, forAdministrator } = risksOf(report);
  const lost = `${deleted.length} deletions, ${replaced.length} replacements`;
  if (report.errors.length > 0) return "❌ The engine's preview failed";
  if (protectedTouched.length > 0) return `⛔ Risk: ${protectedTouched.length} protected resources among ${lost}`;
  if (forAdministrator.length > 0)
    return `⛔ Needs an administrator: ${forAdministrator.length} changes of the backups' vaults`;
  if (deleted.length + replaced.length > 0) return `⚠️ Risk: ${lost}`;
  return report.changes.length === 0 ? "✅ No changes" : "✅ Risk: nothing is deleted or replaced";
}

function riskTable(report: ChangeReport): string[] {
  const { replaced, deleted } = risksOf(report);
  const risky = [...deleted, ...replaced].sort((a, b) => Number(b.protected) - Number(a.protected));
  if (risky.length === 0) return [];
  const rows = risky.slice(0, MAX_ROWS).map(({ action, name, type, component, protected: kept, reasons }) => {
    const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
    return `| ${kept ? "⛔ protected" : "⚠️"} | ${action}${why} | ${name} | ${type} | ${component} |`;
  });
  const more = risky.length > MAX_ROWS ? [`\n… and ${risky.length - MAX_ROWS} more`] : [];
  return [["| | action | resource | type | component |", "|---|---|---|---|---|", ...rows, ...more].join("\n")];
}

function administratorPart(report: ChangeReport): string[] {
  const { forAdministrator } = risksOf(report);
  if (forAdministrator.length === 0) return [];
  const items = forAdministrator.slice(0, MAX_ROWS).map(({ action, name, type }) => `- ${action} ${name} (${type})`);
  const more = forAdministrator.length > MAX_ROWS ? [`- … and ${forAdministrator.length - MAX_ROWS} more`] : [];
  const text =
    "🔐 Backups' buckets and keys change. The pipeline may not do that: an administrator's `pulumi up` first.";
  return [[text, "", ...items, ...more].join("\n")];
}

function byComponent(changes: readonly Change[]): string {
  const rows = [...groupBy(changes, ({ component }) => component)].map(([component, own]) => {
    const count = (action: Change["action"]): number => own.filter((change) => change.action === action).length;
    return `| ${component} | ${count("create")} | ${count("update")} | ${count("replace")} | ${count("delete")} |`;
  });
  return [
    "<details>",
    `<summary>${changes.length} changes by component</summary>`,
    "",
    "| component | create | update | replace | delete |",
    "|---|--:|--:|--:|--:|",
    ...rows,
    "",
    "</details>",
  ].join("\n");
}

function fence(text: string): string {
  return `\`\`\`text\n${text.replaceAll("```", "'''").slice(0, 2000)}\n\`\`\``;
}
