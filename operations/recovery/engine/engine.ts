import { AsyncResource } from "node:async_hooks";
import { hostname } from "node:os";
import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";
import { openPlace } from "../site/places.js";
import { Claim } from "../run/claim.js";
import { RunControl } from "../run/control.js";
import { findRun, type RunFiles } from "../run/files.js";
import type { RecordedEvent, RunInput, RunRecord, Session } from "../run/record.js";
import { isFinished } from "../run/record.js";
import type { Site } from "../site/site.js";
import { sendOn } from "../notify/send.js";
import type { RefusalReason } from "../action.js";
import { openEngineDatabase } from "./database.js";
import { setHost } from "./host.js";

/** Pinned: a run is finished by the same steps as it was begun with, whatever else changed in the program. */
const APPLICATION_VERSION = "1";

export interface CarryOptions {
  readonly site: Site;
  readonly files: RunFiles;
  /** Who carries the run in this process. */
  readonly by: string;
  /** PostgreSQL for the engine; an embedded one where left out. */
  readonly databaseUrl?: string;
  /** Folder of the embedded one; default the plan's own below the stack's. A drill's must not be that of a real run. */
  readonly engineFolder?: string;
  /** Overrides that a resume brings. */
  readonly forced?: readonly RefusalReason[];
  readonly onRecord?: (record: RunRecord) => void;
}

/** Keeps the record: on this machine at once, in the control bucket as soon as it can. */
class Keeper {
  private latest: Promise<void> = Promise.resolve();
  private mirrored: Promise<unknown> = Promise.resolve();
  private queued = false;
  record: RunRecord;

  constructor(
    private readonly options: CarryOptions,
    input: RunInput,
    private readonly sessions: readonly Session[],
  ) {
    this.record = { input, events: [], sessions };
  }

  /** What was said of the disk last: once is enough. */
  private complaint = "";

  publish(record: Pick<RunRecord, "input" | "events">): void {
    this.record = { ...record, sessions: this.sessions };
    const { record: now } = this;
    const shelf = isFinished(now) ? "finished" : "active";
    this.latest = this.latest.then(async () => {
      await this.options.files.write(now, shelf);
    });
    // The disk may be full. The engine's own database has the run, and stops it where it is on the same disk; where it is
    // elsewhere, a recovery goes on without a copy of the record here.
    this.latest = this.latest.catch((thrown: unknown) => {
      const why = `the record in ${this.options.files.root} could not be written: ${messageOf(thrown)}`;
      if (why !== this.complaint) process.stderr.write(`${why}\n`);
      this.complaint = why;
    });
    this.mirror();
    this.options.onRecord?.(now);
  }

  /** One write at a time, always of the newest: a slow bucket falls behind and catches up. */
  private mirror(): void {
    if (this.queued) return;
    this.queued = true;
    const write = async (): Promise<void> => {
      this.queued = false;
      const { input } = this.record;
      const storage = openPlace(this.options.site.control);
      await storage.writeText(`runs/${input.stack}/${input.runId}.json`, `${JSON.stringify(this.record)}\n`);
    };
    this.mirrored = this.mirrored.then(write).catch(() => undefined);
  }

  async settle(): Promise<void> {
    await this.latest;
    const patience = new Promise((resolve) => setTimeout(resolve, 5_000).unref());
    await Promise.race([this.mirrored, patience]);
  }
}

function lost(runId: string): never {
  process.stderr.write(`somebody else took over ${runId}: this process ends, and changes nothing more\n`);
  process.exit(ExitCode.cancelled);
}

/**
 * Carries a run in this process until it is over or stands still: starts it, or goes on where an earlier process was
 * when it died.
 */
export async function carry(input: RunInput, options: CarryOptions): Promise<RunRecord> {
  const { site, files, by } = options;
  const { runId, stack, plan } = input;
  const storage = openPlace(site.control);
  const isOver = async (id: string): Promise<boolean> => isFinished(await findRun(files, site, id));
  const claim = await Claim.take(storage, { stack, plan: plan.id, runId, by, isOver });
  claim.keep(() => lost(runId));
  let over = false;
  try {
    // Begun on another machine, perhaps: the control bucket has a copy.
    const before = await findRun(files, site, runId);
    const session = { by, host: hostname(), pid: process.pid, startedAt: new Date().toISOString() };
    const keeper = new Keeper(options, input, [...(before?.sessions ?? []), session]);
    // At once, so that whoever looks sees who carries it now.
    keeper.publish(before ?? { input, events: [] });
    const folder = options.engineFolder ?? files.databaseFolder(plan.id);
    const database = await openEngineDatabase(folder, options.databaseUrl);
    try {
      const control = new RunControl(storage, runId);
      await work(input, { options, keeper, control, url: database.url });
    } finally {
      await keeper.settle();
      await database.close();
    }
    over = isFinished(keeper.record);
    return keeper.record;
  } finally {
    await claim.release(over);
  }
}

/** To begin anew would repeat what is done: whoever has the engine's database resumes, or the run is cancelled. */
function elsewhere({ input, sessions }: RunRecord): PlatformError {
  const { runId } = input;
  return new PlatformError(
    `the engine's database here knows nothing of ${runId}, which was begun on ${sessions[0]?.host ?? "another machine"}`,
    ExitCode.configuration,
    [
      {
        path: "--database",
        rule: "must be the database that the run was begun with",
        fix: `resume it there, or cancel it (recover cancel ${runId}) and start a new run`,
      },
    ],
  );
}

interface Workshop {
  readonly options: CarryOptions;
  readonly keeper: Keeper;
  readonly control: RunControl;
  readonly url: string;
}

async function work(input: RunInput, { options, keeper, control, url }: Workshop): Promise<void> {
  const { site, by, forced = [] } = options;
  // The driver warns of how DBOS uses it; nobody who reads a recovery's output can do anything about that.
  process.noDeprecation = true;
  const [{ DBOS }, { recoverWorkflow }, { delivered }] = await Promise.all([
    import("@dbos-inc/dbos-sdk"),
    import("./workflow.js"),
    import("./announce.js"),
  ]);
  const { runId } = input;
  // Bound to this place, outside the workflow: a message that the workflow itself sends counts as a step of its own,
  // which the process that stopped had not, and its record would not fit any more.
  const resumeAt = AsyncResource.bind((number: number) => void DBOS.send(runId, { by, forced }, `resume-${number}`));
  const stopped = new Promise<"stopped">((resolve) => {
    setHost({
      // Whatever the site file calls primary: the run was begun with this one, and may have moved it already.
      site: { ...site, primary: input.from },
      control,
      publish: (record) => keeper.publish(record),
      send: async (channel, message) => await sendOn(site, channel, message),
      onStop: ({ number, replayed }) => {
        if (replayed) resumeAt(number);
        else resolve("stopped");
      },
    });
  });
  DBOS.setConfig({
    name: "agent-platform-recovery",
    systemDatabaseUrl: url,
    // PGlite is one session, however many connections there are: two at once would mix up their prepared statements.
    systemDatabasePoolSize: options.databaseUrl === undefined ? 1 : 5,
    useListenNotify: false,
    applicationVersion: APPLICATION_VERSION,
    // Recovery at launch is by executor: this process goes on with this run, and with no other.
    executorID: runId,
    logLevel: "error",
  });
  await DBOS.launch();
  try {
    const known = await DBOS.getWorkflowStatus(runId);
    if (known === null && keeper.record.events.length > 0) throw elsewhere(keeper.record);
    const handle =
      known === null
        ? await DBOS.startWorkflow(recoverWorkflow, { workflowID: runId })(input)
        : DBOS.retrieveWorkflow<readonly RecordedEvent[]>(runId);
    const ended = handle.getResult();
    ended.catch(() => undefined);
    const result = await Promise.race([ended, stopped]);
    if (result === "stopped") await delivered();
    else keeper.publish({ input, events: result });
  } catch (thrown) {
    if (thrown instanceof PlatformError) throw thrown;
    throw new PlatformError(
      `the run stands still: ${messageOf(thrown)}; mend it, then: recover resume ${runId}`,
      ExitCode.resource,
    );
  } finally {
    await DBOS.shutdown();
  }
}
