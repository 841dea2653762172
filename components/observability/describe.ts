import type { StackConfig } from "../../config/schema/stack.js";
import type { Alert } from "./alert.js";
import { dashboards } from "./dashboards/table.js";
import { scrapeTargets } from "./monitors.js";
import { alertGroups } from "./rules.js";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const row = (...cells: string[]): string => `| ${cells.map(cell).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => "---")), ...rows].join("\n");

function alertRow({ name, severity, for: holds, meaning, action, runbook, owner }: Alert): string {
  const after = holds === undefined ? "at once" : `after ${holds}`;
  return row(`\`${name}\``, `${severity}, ${after}`, meaning, action, `[${runbook}](runbooks/${runbook}.md)`, owner);
}

/** Tables of docs/observability.md, made from what the component deploys; alerts of one name are listed once. */
export function describeObservability(config: StackConfig): string {
  const alerts = alertGroups({ config, regionKey: config.regions[0]?.key ?? "" }).flatMap((group) => group.alerts);
  const once = alerts.filter(({ name }, index) => alerts.findIndex((other) => other.name === name) === index);
  const targets = scrapeTargets(config).map(({ job, namespace, port, instead, path }) =>
    row(`\`${job}\``, namespace, instead === undefined ? port : String(instead), path ?? "/metrics"),
  );
  const boards = dashboards(config).map(({ title, panels }) =>
    row(title, panels.map((panel) => panel.title).join(", ")),
  );
  return [
    "### Alerts",
    table(["alert", "severity", "meaning", "first action", "runbook", "owner"], once.map(alertRow)),
    "### Scraped jobs",
    table(["job", "namespace", "port", "path"], targets),
    "### Dashboards",
    table(["dashboard", "panels"], boards),
    "",
  ].join("\n\n");
}
