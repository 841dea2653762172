import builder from "junit-report-builder";
import type { Result } from "../../../policy/engine/result.js";
import { groupBy } from "../../../policy/model/collections.js";
import type { Report } from "../report.js";

/** JUnit XML: a suite a check, a case a resource; exempted and known findings are skipped cases with their reason. */
export function formatJunit({ results, faults }: Report): string {
  const report = builder.newBuilder().name("production readiness");
  for (const [check, group] of groupBy(results, (result) => result.check)) {
    const suite = report.testSuite().name(check);
    for (const result of group) fill(suite.testCase(), result);
  }
  if (faults.length > 0) {
    const suite = report.testSuite().name("input");
    for (const { path, rule, fix } of faults) {
      suite.testCase().className("input").name(printable(path)).error(printable(rule), "input", printable(fix));
    }
  }
  return `${report.build()}\n`;
}

type TestCase = ReturnType<ReturnType<typeof builder.testSuite>["testCase"]>;

function fill(testCase: TestCase, result: Result): void {
  testCase.className(`${result.category}.${result.check}`).name(printable(result.resource));
  if (result.file !== undefined) testCase.file(printable(`${result.file}:${result.line ?? 1}`));
  const reason = reasonToSkip(result);
  if (reason !== undefined) testCase.skipped().standardOutput(printable(reason));
  else if (result.status === "fail") {
    testCase.failure(printable(result.message), result.severity).stacktrace(printable(result.remediation));
  } else if (result.status === "warning") testCase.standardOutput(printable(`warning: ${result.message}`));
}

function reasonToSkip(result: Result): string | undefined {
  if (result.status === "n/a") return result.message;
  if (result.suppressed) return `exempt until ${result.suppressed.expires}: ${result.suppressed.reason}`;
  return result.known === true ? "in the baseline" : undefined;
}

/** XML 1.0 has no spelling for most control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "");
}
