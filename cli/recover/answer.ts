import { ExitCode, PlatformError } from "../../common/errors.js";
import { openPlace } from "../../operations/recovery/site/places.js";
import { Claim } from "../../operations/recovery/run/claim.js";
import { RunControl } from "../../operations/recovery/run/control.js";
import { cancelledRecord, stateOf, type RunRecord } from "../../operations/recovery/run/record.js";
import { findRecord, operator, requireSite, runFiles, say, type CommonOptions } from "./options.js";
import { readValues } from "./run.js";

export interface AnswerOptions extends CommonOptions {
  readonly saw?: string;
  readonly reason?: string;
  readonly set?: readonly string[];
}

function requireContact(record: RunRecord, { as }: CommonOptions): string {
  const { contacts, id } = record.input.plan;
  if (as !== undefined && contacts.includes(as)) return as;
  throw new PlatformError("only a contact of the plan may answer", ExitCode.configuration, [
    {
      path: "--as",
      ...(as === undefined ? {} : { received: as }),
      rule: `must be a contact of ${id}`,
      fix: `one of ${contacts.join(", ")}`,
    },
  ]);
}

export async function answer(kind: "approved" | "rejected", id: string, options: AnswerOptions): Promise<void> {
  const site = await requireSite(options);
  const record = await findRecord(id, site, options);
  const by = requireContact(record, options);
  const { approval } = stateOf(record);
  if (approval === undefined) {
    throw new PlatformError(`run ${record.input.runId} waits for no approval`, ExitCode.configuration);
  }
  const words = kind === "approved" ? options.saw : options.reason;
  if (words === undefined || words.trim().length < 5) {
    const flag = kind === "approved" ? "--saw" : "--reason";
    throw new PlatformError("an answer says what it rests on", ExitCode.configuration, [
      {
        path: flag,
        ...(words === undefined ? {} : { received: words }),
        rule: "must say what you saw, in a few words",
        fix: `${flag} "both dashboards show us-east-1 down"`,
      },
    ]);
  }
  const control = new RunControl(openPlace(site.control), record.input.runId);
  const values = readValues(options.set);
  await control.give(approval.step, approval.request, {
    kind,
    by,
    at: new Date().toISOString(),
    saw: words,
    ...(Object.keys(values).length === 0 ? {} : { values }),
  });
  say(`${approval.step} of ${record.input.runId}: ${kind} by ${by}`);
}

/** Ends a run before its next action. Where nobody carries it any more, its claim is let go as well. */
export async function cancel(id: string, options: AnswerOptions): Promise<void> {
  const site = await requireSite(options);
  const record = await findRecord(id, site, options);
  const { runId, plan, stack } = record.input;
  const { status } = stateOf(record);
  if (status === "completed" || status === "cancelled") {
    throw new PlatformError(`run ${runId} is ${status} already`, ExitCode.configuration);
  }
  const storage = openPlace(site.control);
  const by = operator(options);
  await new RunControl(storage, runId).cancel({ by, at: new Date().toISOString(), reason: options.reason ?? "" });
  const free = await Claim.abandon(storage, { stack, plan: plan.id, runId });
  if (free) {
    await runFiles(options, site).write(cancelledRecord(record, by), "finished");
    say(`${runId} is cancelled; nobody carried it`);
  } else say(`${runId} ends before its next action`);
}
