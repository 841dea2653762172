import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { BackupJob } from "../../../operations/backup/job.js";
import { planPrune } from "../../../operations/backup/prune.js";

const DAY = 86_400_000;
const now = new Date("2026-11-23T12:00:00Z");

function job(kind: BackupJob["kind"], daysAgo: number, extra: Partial<BackupJob> = {}): BackupJob {
  const end = new Date(now.getTime() - daysAgo * DAY).toISOString();
  const segment = String(100_000 - daysAgo).padStart(24, "0");
  return {
    id: `postgres_${kind}_${daysAgo}`,
    store: "postgres",
    kind,
    status: "completed",
    start: end,
    end,
    location: "s3://vault/here",
    objects: [],
    wal: { from: segment, to: segment },
    ...extra,
  };
}

describe("pruning", () => {
  it("keeps the full backup from which the oldest point in time inside the retention is restored", () => {
    const jobs = [job("full", 50), job("full", 40), job("incremental", 35), job("full", 20), job("full", 1)];
    const plan = planPrune(jobs, { retentionDays: 30, now });
    assert.deepEqual(
      plan.remove.map(({ id }) => id),
      ["postgres_full_50"],
    );
    assert.equal(plan.walFrom, jobs[1]?.wal?.from);
  });

  it("removes old increments with the last backup that needs them, and old failures", () => {
    const failed = job("full", 60, { id: "failed", status: "failed", wal: undefined });
    const jobs = [failed, job("full", 50), job("incremental", 45), job("full", 40), job("full", 1)];
    assert.deepEqual(
      planPrune(jobs, { retentionDays: 30, now }).remove.map(({ id }) => id),
      ["failed", "postgres_full_50", "postgres_incremental_45"],
    );
  });

  it("removes what an unfinished base backup left once it is older than the retention, and none that may be under way", () => {
    const bases = [40, 0.01].map((days) => ({
      toolId: `begun ${days} ago`,
      begun: new Date(now.getTime() - days * DAY),
    }));
    assert.deepEqual(planPrune([job("full", 1)], { retentionDays: 30, now, bases }).unfinished, ["begun 40 ago"]);
  });

  it("leaves what somebody else made, and what is running", () => {
    const jobs = [
      job("full", 90, { objects: undefined }),
      job("full", 80, { status: "running" }),
      job("full", 60),
      job("full", 1),
    ];
    assert.deepEqual(planPrune(jobs, { retentionDays: 30, now }).remove, []);
  });

  it("needs no older backup of a store that has no log", () => {
    const redis = (days: number): BackupJob => job("full", days, { store: "redis", wal: undefined });
    const plan = planPrune([redis(9), redis(8), redis(1)], { retentionDays: 7, now });
    assert.equal(plan.remove.length, 2);
  });

  it("never removes the newest good backup, nor WAL or increments that a kept full backup needs", () => {
    const days = fc.array(fc.tuple(fc.constantFrom("full" as const, "incremental" as const), fc.nat(200)), {
      minLength: 1,
    });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 90 }), (entries, retention) => {
        const jobs = entries.sort((a, b) => b[1] - a[1]).map(([kind, ago]) => job(kind, ago));
        const plan = planPrune(jobs, { retentionDays: retention, now });
        const newest = jobs.filter(({ kind }) => kind === "full").at(-1);
        if (newest !== undefined) assert.ok(plan.keep.includes(newest));
        for (const kept of plan.keep.filter(({ kind }) => kind === "full")) {
          assert.ok(plan.walFrom === undefined || plan.walFrom <= (kept.wal?.from ?? ""), "WAL of a kept backup");
          for (const gone of plan.remove.filter(({ kind }) => kind === "incremental")) {
            assert.ok((gone.wal?.to ?? "") < (kept.wal?.from ?? ""), "an increment of a kept backup");
          }
        }
      }),
    );
  });
});
