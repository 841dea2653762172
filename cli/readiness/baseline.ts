import { readFileSync } from "node:fs";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import type { Result } from "../../policy/engine/result.js";
import { at, list, text } from "../../policy/model/values.js";

/**
 * Marks findings that an earlier report (`--json`) already held, so that only new ones decide. A finding is the same
 * where check and resource are; one that got worse, from warning to failure, is new.
 */
export function applyBaseline(results: readonly Result[], file: string): Result[] {
  const known = readBaseline(file);
  return results.map((result) => {
    const before = known.get(`${result.check}\n${result.resource}`);
    const same = before === "fail" || (before === "warning" && result.status === "warning");
    return same && (result.status === "fail" || result.status === "warning") ? { ...result, known: true } : result;
  });
}

function readBaseline(file: string): ReadonlyMap<string, string> {
  const bad = (rule: string): PlatformError =>
    new PlatformError("the baseline cannot be used", ExitCode.configuration, [
      { path: file, rule, fix: "write it with readiness … --json" },
    ]);
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw bad(`cannot be read: ${messageOf(thrown)}`);
  }
  const results = at(report, "results");
  if (!Array.isArray(results)) throw bad("has no results");
  const known = new Map<string, string>();
  for (const result of list(results)) {
    const [check, resource, status] = ["check", "resource", "status"].map((field) => text(at(result, field)));
    if (check === undefined || resource === undefined || status === undefined)
      throw bad("holds a result without check, resource or status");
    const key = `${check}\n${resource}`;
    // Of two resources with one name the milder decides, so that the graver is new.
    if (status === "warning" || (status === "fail" && !known.has(key))) known.set(key, status);
  }
  return known;
}
