import assert from "node:assert/strict";
import { missingRequirements } from "../../operations/local/requirements.js";
import { figuresOf } from "../../operations/recovery/run/figures.js";
import { stateOf } from "../../operations/recovery/run/record.js";
import { count, skip } from "../support/counts.js";
import { memoryOf } from "./outage/memory.js";
import { OutageStand } from "./outage/stand.js";

const GIGABYTE = 1e9;
const say = (text: string): void => void process.stdout.write(`    ${text}\n`);
const seconds = (from: number, to = NaN): number => Math.round((to - from) / 100) / 10;

describe("a region outage on real pods, under load", function () {
  this.timeout(10 * 60_000);
  // 30 s of detection as in production at full counts; test-sized otherwise.
  const detection = { intervalSeconds: count(1, 10), failures: 3 };
  let stand: OutageStand;

  before(async function () {
    const missing = await missingRequirements();
    if (missing.length > 0) skip(this, missing.join("; "));
    stand = await OutageStand.start({ detection, ttlSeconds: 5 });
  });

  after(async function () {
    this.timeout(120_000);
    await stand?.stop();
  });

  it("starts from nothing with both regions serving, in time and memory", async () => {
    const { bytes, processes } = await memoryOf(stand.platform.ledger);
    say(
      `both regions serve ${stand.secondsToServe.toFixed(0)} s after nothing; ` +
        `${(bytes / GIGABYTE).toFixed(1)} GB in ${processes} processes`,
    );
    assert.ok(stand.secondsToServe <= 300, `${stand.secondsToServe} s`);
    assert.ok(bytes <= 10 * GIGABYTE, `${bytes} bytes`);
  });

  it("moves traffic and writes to the standby within 60 s of detection, and loses no more than the RPO", async () => {
    const rate = count(100, 500);
    await stand.startClients(rate);
    await stand.acknowledged(count(5, 30) * (rate / 2));
    const lostAt = stand.losePrimary();
    const detectedAt = await stand.detected(detection.intervalSeconds * 1000 * (detection.failures + 5));
    const record = await stand.recover(lostAt);
    assert.equal(stateOf(record).status, "completed", stateOf(record).stop?.reason);
    // Some seconds of plain service behind it.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const seen = await stand.finish();
    const { acknowledged, firstWrite, firstRead, lost } = seen;
    const back = firstWrite["local-b"];
    const { rtoSeconds, rtoTargetSeconds, rpoTargetSeconds } = figuresOf(record);
    const rpo = lost.length === 0 ? 0 : seconds(Math.min(...lost), lostAt);
    const carried = Math.round(seen.requests / seen.seconds);
    say(
      `${seen.requests} requests in ${seen.seconds.toFixed(0)} s, ${carried} a second: ${JSON.stringify(acknowledged)} writes`,
    );
    say(
      `acknowledged; ${seen.read} reads answered; ${seen.notThere} did not find it yet, ${seen.refused} writes refused plainly, ` +
        `${seen.failed} requests failed ${JSON.stringify(seen.failures)}`,
    );
    say(
      `detected after ${seconds(lostAt, detectedAt)} s; then reads back after ${seconds(detectedAt, firstRead["local-b"])} s, ` +
        `writes after ${seconds(detectedAt, back)} s of 60`,
    );
    say(
      `RTO ${seconds(lostAt, back)} s by the clients, ${rtoSeconds ?? "?"} s by the run, of ${rtoTargetSeconds}; ` +
        `${lost.length} acknowledged writes lost, RPO ${rpo} s of ${rpoTargetSeconds}`,
    );
    assert.ok(back !== undefined, "nobody wrote in local-b");
    assert.ok((seen.lastWrite["local-a"] ?? 0) < back, "the old primary took writes after the new one");
    assert.ok(seconds(detectedAt, back) <= 60);
    assert.ok((rtoSeconds ?? Infinity) <= rtoTargetSeconds);
    assert.ok(rpo <= rpoTargetSeconds);
    assert.ok(carried >= rate * 0.95, `${carried} of ${rate} requests a second were sent`);
  });
});
