import { strict as assert } from "node:assert";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { query } from "../../../operations/backup/postgres/source.js";
import { readLease } from "../../../operations/recovery/lease/lease.js";
import type { Stand } from "../../../operations/recovery/drill/stand.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import { stateOf, type RunRecord } from "../../../operations/recovery/run/record.js";
import { count } from "../../support/counts.js";
import { killStarted, recordWith, startRecover } from "../../support/recovery/command.js";
import { WebhookSink } from "../../support/recovery/sinks.js";
import { needsPostgres, startStand } from "../../support/recovery/stand.js";
import { temporaryFolder } from "../../support/servers/process.js";

/** Until when a process is left to work: a number of events that the record must show, or milliseconds after its first. */
type Kill = { readonly events: number } | { readonly milliseconds: number };

describe("a run whose process is killed", function () {
  this.timeout(1_800_000);
  const sink = new WebhookSink();
  before(async function () {
    this.timeout(600_000);
    await needsPostgres(this);
    await sink.start();
  });
  after(async () => {
    killStarted();
    await sink.stop();
  });

  async function outage(): Promise<{
    readonly stand: Stand;
    readonly args: readonly string[];
    readonly files: RunFiles;
  }> {
    const folder = await temporaryFolder("killed");
    const channel = { kind: "webhook", name: "chat", url: sink.url };
    const { stand, args } = await startStand(folder, { notifications: [channel] });
    await stand.losePrimary();
    return { stand, args, files: new RunFiles(join(folder, "state"), "production") };
  }

  /** Starts the run, kills its process at each of the moments, resumes it, and lets the last one end. */
  async function killedAt(
    kills: readonly Kill[],
  ): Promise<{ readonly record: RunRecord; readonly stand: Stand; readonly killed: number }> {
    const { stand, args, files } = await outage();
    let started = startRecover(["run", "region-outage", ...args, "--yes", "--auto-approve"]);
    let id = "";
    let killed = 0;
    for (const kill of kills) {
      const wanted = "events" in kill ? kill.events : 1;
      ({ runId: id } = (await recordWith(files, started, ({ events }) => events.length >= wanted)).input);
      if ("milliseconds" in kill) await sleep(kill.milliseconds);
      started.kill();
      const { signal } = await started.ended;
      if (signal === "SIGKILL") killed += 1;
      started = startRecover(["resume", id, ...args]);
      if (signal !== "SIGKILL") break;
    }
    const last = await started.ended;
    const record = await files.get(id);
    assert.equal(stateOf(record).status, "completed", `${last.stdout}\n${last.stderr}`);
    return { record, stand, killed };
  }

  /** One effect for each key, counted where it was had. */
  async function checkEffects({ record, stand }: { readonly record: RunRecord; readonly stand: Stand }): Promise<void> {
    assert.deepEqual(
      record.events.map(({ seq }) => seq),
      record.events.map((_, index) => index + 1),
      "the record has a gap",
    );
    const finished = record.events.flatMap((event) =>
      event.kind === "action" && event.failure === undefined ? [`${event.step}/${event.phase}/${event.action}`] : [],
    );
    assert.equal(new Set(finished).size, finished.length, "a finished action is in the record twice");
    // One holder after the first: the lease was taken once. One timeline after the first: promoted once.
    assert.equal((await readLease(stand.site.lease!))?.lease.epoch, 2);
    const database = stand.site.regions[record.input.to]?.database;
    assert.ok(database?.kind === "postgres");
    const [[timeline = ""] = []] = await query(database, "SELECT timeline_id FROM pg_control_checkpoint()");
    assert.equal(timeline, "2");
    assert.equal(stand.answers, "standby");
    const keys = [...sink.received.keys()].filter((key) => key.startsWith(record.input.runId));
    for (const wanted of ["start", "end"])
      assert.ok(keys.includes(`${record.input.runId}:${wanted}`), `no message ${wanted}`);
    const told = record.events.filter(({ kind }) => kind === "notified");
    assert.equal(told.length, 2, "every message is in the record once");
  }

  it("at step boundaries: it completes, each action has one effect, the record has no gap", async () => {
    // 25 events in a run without faults; after each of them, at full counts.
    const boundaries = count(2, 24);
    const moments = Array.from({ length: boundaries }, (_, index) => ({
      events: 2 + Math.floor((index * 23) / boundaries),
    }));
    const done = await killedAt(moments);
    try {
      assert.ok(done.killed >= Math.min(2, boundaries), "the run ended before it was killed");
      await checkEffects(done);
      process.stdout.write(`      ${done.killed} kills at step boundaries, ${done.record.sessions.length} processes\n`);
    } finally {
      await done.stand.stop();
    }
  });

  it("at random moments within steps: the same", async () => {
    const wanted = count(1, 30);
    let killed = 0;
    for (let run = 0; killed < wanted && run < wanted; run += 1) {
      const left = Math.min(3, wanted - killed);
      const moments = Array.from({ length: left }, () => ({ milliseconds: Math.round(Math.random() * 2_500) }));
      const done = await killedAt(moments);
      try {
        await checkEffects(done);
        killed += done.killed;
      } finally {
        await done.stand.stop();
      }
    }
    assert.ok(killed >= wanted, `${killed} of ${wanted} kills hit a live process`);
    process.stdout.write(`      ${killed} kills at random moments\n`);
  });
});
