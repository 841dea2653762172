import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { ExitCode, messageOf, PlatformError, showValue, type Fault } from "../../../common/errors.js";
import { formatPath, valueAt } from "../../../config/paths.js";
import { planSchema, type Plan } from "./plan.js";

/** Actions that only look: no others may stand among a step's checks. */
const looking = /^(observe|check|watch|assess|propose)-/;

/** Rules across a plan's steps. `hasRunbook` says whether docs/runbooks holds one of that name. */
export function faultsOfPlan(plan: Plan, hasRunbook: (name: string) => boolean): Fault[] {
  const faults: Fault[] = [];
  const ids = plan.steps.map(({ id }) => id);
  if (!ids.includes(plan.recoveredAfter)) {
    faults.push({
      path: "recoveredAfter",
      received: plan.recoveredAfter,
      rule: "must be a step of the plan",
      fix: `one of ${ids.join(", ")}`,
    });
  }
  plan.steps.forEach((step, index) => {
    const path = `steps[${index}]`;
    if (ids.indexOf(step.id) !== index) {
      faults.push({
        path: `${path}.id`,
        received: step.id,
        rule: "must differ from the other steps'",
        fix: "rename one of the two",
      });
    }
    if (!hasRunbook(step.runbook)) {
      faults.push({
        path: `${path}.runbook`,
        received: step.runbook,
        rule: "must have a runbook",
        fix: `write docs/runbooks/${step.runbook}.md`,
      });
    }
    for (const phase of ["before", "after"] as const) {
      for (const action of step[phase].filter((name) => !looking.test(name))) {
        faults.push({ path: `${path}.${phase}`, received: action, rule: "must only look", fix: "move it to actions" });
      }
    }
  });
  return faults;
}

/** Whether the project has a runbook of that name. */
export function runbookExists(name: string): boolean {
  return existsSync(join(__dirname, "..", "..", "..", "docs", "runbooks", `${name}.md`));
}

/**
 * A plan from plain data, checked whole.
 * @throws PlatformError exit code 2 with every fault.
 */
export function parsePlan(raw: unknown, where: string, hasRunbook = runbookExists): Plan {
  const parsed = planSchema.safeParse(raw);
  const faults = parsed.success
    ? faultsOfPlan(parsed.data, hasRunbook)
    : parsed.error.issues.map(({ path, message }): Fault => {
        const value = valueAt(raw, path);
        return {
          path: formatPath(path),
          ...(value === undefined || typeof value === "object" ? {} : { received: showValue(value) }),
          rule: message,
          fix: "docs/recovery.md lists the fields of a plan",
        };
      });
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new PlatformError(`${where} is no recovery plan:`, ExitCode.configuration, faults);
}

/** Reads a plan of the user's own. */
export function loadPlan(file: string): Plan {
  let raw: unknown;
  try {
    raw = load(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new PlatformError(`${file} cannot be read: ${messageOf(thrown)}`, ExitCode.configuration);
  }
  return parsePlan(raw, file);
}
