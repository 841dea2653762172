import { messageOf as textOf } from "../../../common/errors.js";
import type { Action, Outcome } from "../action.js";
import { sendOn } from "../notify/send.js";

/** Tells every contact on every channel; a dead channel is told of and stops nothing. */
export const notifyStakeholders: Action = {
  summary: "tell every contact what happened and where the service runs now",
  effects: ({ site }) => site.notifications.map(({ kind, name }) => `${kind} ${name}: one message`),
  run: async ({ site, planId, runId, key, from, to, facts, drill, contacts }): Promise<Outcome> => {
    const lost = facts.replayedTo === undefined ? [] : [`data up to ${facts.replayedTo} is there`];
    const message = {
      key,
      kind: "stakeholders",
      severity: "critical",
      runId,
      subject: `${drill ? "[DRILL] " : ""}${site.stack}: ${planId} handled, the service runs in ${to}`,
      lines: [
        ...(from === to ? [] : [`${from} is out of service since ${facts.outageSince ?? "a time that is not known"}`]),
        `${to} serves`,
        ...lost,
        `run ${runId}`,
      ],
      to: contacts,
    } as const;
    const results = await Promise.allSettled(
      site.notifications.map(async ({ name }) => await sendOn(site, name, message)),
    );
    const failed = results.flatMap((result, index) =>
      result.status === "rejected"
        ? [`${site.notifications[index]?.name ?? ""} (${textOf(result.reason).split("\n")[0] ?? ""})`]
        : [],
    );
    const sent = results.length - failed.length;
    return {
      summary: `told on ${sent} of ${results.length} channels${failed.length === 0 ? "" : `; not on ${failed.join(", ")}`}`,
    };
  },
};
