import { createHash } from "node:crypto";
import { CHECKS } from "../../../policy/checks/index.js";
import type { Result } from "../../../policy/engine/result.js";
import type { Report } from "../report.js";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
/** What code scanning sorts by, in CVSS's range. */
const SECURITY_SEVERITY = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" } as const;
const LEVELS = { fail: "error", warning: "warning", pass: "none", "n/a": "none" } as const;
const KINDS = { fail: "fail", warning: "fail", pass: "pass", "n/a": "notApplicable" } as const;

/** SARIF 2.1.0: findings and passes; exempted findings carry their suppression, known ones `unchanged`. */
export function formatSarif(report: Report): string {
  const ids = [...new Set(report.results.map((result) => result.check))];
  const shown = report.results.filter((result) => result.status !== "n/a" && result.status !== "pass");
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "agent-platform-readiness",
            informationUri: "https://www.pulumi.com/docs/iac/crossguard/",
            rules: ids.map(rule),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: report.faults.length === 0,
            toolExecutionNotifications: report.faults.map((fault) => ({
              level: "error",
              message: { text: `${fault.path}: ${fault.rule}; ${fault.fix}` },
            })),
          },
        ],
        results: shown.map((result) => toSarif(result, ids)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 1)}\n`;
}

function rule(id: string): object {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (!check) return { id };
  return {
    id,
    name: id,
    shortDescription: { text: check.title },
    fullDescription: { text: check.why },
    help: { text: check.remediation, markdown: `${check.remediation} [More](${check.link})` },
    ...(/^https:/.test(check.link) ? { helpUri: check.link } : {}),
    defaultConfiguration: { level: "error" },
    properties: {
      category: check.category,
      severity: check.severity,
      tags: [check.category, ...(check.tags ?? [])],
      "security-severity": SECURITY_SEVERITY[check.severity],
    },
  };
}

function toSarif(result: Result, ids: readonly string[]): object {
  const { suppressed } = result;
  return {
    ruleId: result.check,
    ruleIndex: ids.indexOf(result.check),
    kind: KINDS[result.status],
    level: LEVELS[result.status],
    message: { text: `${result.resource}: ${result.message}` },
    locations: [location(result)],
    partialFingerprints: {
      checkAndResource: createHash("sha256").update(`${result.check}\n${result.resource}`).digest("hex"),
    },
    ...(result.known === undefined ? {} : { baselineState: "unchanged" }),
    suppressions: suppressed
      ? [
          {
            kind: suppressed.source === "annotation" ? "inSource" : "external",
            status: "accepted",
            justification: `${suppressed.reason} (until ${suppressed.expires})`,
          },
        ]
      : [],
  };
}

function location({ file, line, resource, urn }: Result): object {
  const logicalLocations = [{ name: resource, fullyQualifiedName: urn ?? resource, kind: "resource" }];
  if (file === undefined || file.startsWith("<")) return { logicalLocations };
  const uri = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: line ?? 1 } }, logicalLocations };
}
