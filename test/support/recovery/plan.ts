import type { ActionName } from "../../../operations/recovery/actions/names.js";

/** A plan file's content: one step for each list of actions, tried once and soon given up. */
export function smallPlan(
  id: string,
  steps: Readonly<Record<string, readonly ActionName[]>>,
  more: { readonly contacts?: readonly string[]; readonly manual?: readonly string[] } = {},
): object {
  const { contacts = ["oncall@example.com"], manual = [] } = more;
  return {
    id,
    name: "A test's plan",
    purpose: "A plan of the user's own, for a test.",
    rtoMinutes: 10,
    rpoMinutes: 5,
    rationale: "Only a test.",
    recoveredAfter: Object.keys(steps)[0],
    contacts,
    steps: Object.entries(steps).map(([step, actions]) => ({
      id: step,
      name: `Step ${step}`,
      description: "Does what the test looks at.",
      estimateMinutes: 1,
      runbook: "monitor-recovery",
      mode: manual.includes(step) ? "manual" : "automated",
      timeoutSeconds: 60,
      retry: { attempts: 1, delaySeconds: 0 },
      before: [],
      actions,
      after: [],
      undo: "Nothing to undo: it is a test's.",
    })),
  };
}
