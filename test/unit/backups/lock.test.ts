import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { Lock } from "../../../operations/backup/lock.js";
import type { ObjectStorage, Versioned } from "../../../operations/backup/storage.js";

const quick = { heartbeatMs: 20, patienceMs: 100 };

/** One object that changes by compare and swap, as the buckets hold it. */
class OneObject {
  now: Versioned | undefined;
  private count = 0;
  /** Whether the next write is applied but its answer is lost, so that its second sending is refused. */
  losesAnswer = false;

  readonly storage = {
    readVersion: async () => await Promise.resolve(this.now),
    swap: async (_key: string, text: string, version: string | undefined) => {
      await sleep(1);
      if (this.now?.version !== version) return undefined;
      this.now = { text, version: String((this.count += 1)) };
      if (!this.losesAnswer) return this.now.version;
      this.losesAnswer = false;
      return undefined;
    },
  } as unknown as ObjectStorage;
}

describe("lock of a store's backups", () => {
  const lockOf = (object: OneObject): Lock => new Lock(object.storage, "lock", quick);

  it("is held by one at a time, and free once it was given back", async () => {
    const object = new OneObject();
    const first = lockOf(object);
    await first.take("one", "backup");
    await assert.rejects(lockOf(object).take("two", "backup"), { exitCode: 4, message: /backup is running: one/ });
    await first.giveBack();
    const second = lockOf(object);
    await second.take("two", "backup");
    assert.equal(await second.holder(), "two");
    await second.giveBack();
  });

  it("of two that take it over from a dead holder one loses", async () => {
    const object = new OneObject();
    object.now = { text: JSON.stringify({ job: "dead", at: 0 }), version: "0" };
    const locks = [lockOf(object), lockOf(object)];
    const outcomes = await Promise.allSettled(locks.map(async (lock, index) => await lock.take(`${index}`, "backup")));
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (const lock of locks) await lock.giveBack();
  });

  it("takes its own signs of life for its own, many at once and one whose answer was lost", async () => {
    const object = new OneObject();
    const lock = lockOf(object);
    await lock.take("one", "backup");
    await Promise.all([1, 2, 3, 4].map(async () => await lock.beat("one")));
    object.losesAnswer = true;
    await lock.beat("one");
    await lock.beat("one");
    await lock.giveBack();
  });

  it("tells a holder that was taken over, who must not call its work done", async () => {
    const object = new OneObject();
    const lock = lockOf(object);
    await lock.take("one", "backup");
    object.now = { text: JSON.stringify({ job: "two", at: Date.now() }), version: "taken" };
    await assert.rejects(lock.beat("one"), /another job has taken over/);
    await lock.giveBack();
    assert.match(object.now.text, /two/);
  });
});
