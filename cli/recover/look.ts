import { setTimeout as sleep } from "node:timers/promises";
import { renderReport, reportOf } from "../../operations/recovery/run/report.js";
import { stateOf, type RunRecord } from "../../operations/recovery/run/record.js";
import { LiveView } from "./live.js";
import { findRecord, requireSite, runFiles, say, sayJson, type CommonOptions } from "./options.js";
import { runTable } from "./show.js";

/** How many of the runs that are over a status lists. */
const RECENT = 5;

export async function status(id: string | undefined, options: CommonOptions): Promise<void> {
  const site = await requireSite(options);
  if (id !== undefined) {
    const record = await findRecord(id, site, options);
    if (options.json === true) sayJson({ ...record, state: stateOf(record) });
    else say(runTable(record));
    return;
  }
  const files = runFiles(options, site);
  const [active, finished] = [await files.ids("active"), await files.ids("finished")];
  const recent = finished.slice(-RECENT);
  const find = async (run: string): Promise<RunRecord[]> => [await files.find(run)].filter((one) => one !== undefined);
  const records = (await Promise.all([...active.filter((run) => !finished.includes(run)), ...recent].map(find))).flat();
  if (options.json === true) {
    sayJson(records.map((record) => ({ run: record.input.runId, ...stateOf(record) })));
    return;
  }
  if (records.length === 0) say(`no runs of ${site.stack} in ${files.root}`);
  for (const record of records) {
    const { status: now, startedAt, endedAt } = stateOf(record);
    if (now === "completed" || now === "cancelled")
      say(`${record.input.runId}: ${now}, ${startedAt ?? ""} to ${endedAt ?? ""}`);
    else say(runTable(record));
  }
  if (finished.length > recent.length) say(`and ${finished.length - recent.length} older ones in ${files.root}`);
}

/** Follows a run that another process carries, until it is over. */
export async function watch(id: string, options: CommonOptions): Promise<void> {
  const site = await requireSite(options);
  const view = new LiveView();
  const { input } = await findRecord(id, site, options);
  for (;;) {
    const record = await findRecord(input.runId, site, options);
    view.update(record);
    const { status: now } = stateOf(record);
    if (now === "completed" || now === "cancelled" || now === "stopped") {
      view.end();
      return;
    }
    await sleep(1_000);
  }
}

export async function report(id: string, options: CommonOptions): Promise<void> {
  const record = await findRecord(id, await requireSite(options), options);
  const made = reportOf(record);
  if (options.json === true) sayJson(made);
  else say(renderReport(made));
}
