import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { poll } from "../../common/poll.js";
import { errorRateQuery } from "../../components/delivery/analysis.js";
import { deliveryNames } from "../../components/delivery/names.js";
import { trafficSchema } from "../../config/schema/agent.js";
import type { DeliveryConfig } from "../../config/schema/delivery.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { count } from "../support/counts.js";
import { testSized, type Tuning } from "../support/delivery/objects.js";
import { requireProgram } from "../support/servers/programs.js";
import { Load, type LoadReport } from "./load.js";
import { Calls, type Call } from "./mesh/calls.js";
import { meshControl, type MeshControl } from "./mesh/control.js";
import { PodMetrics } from "./mesh/metrics.js";
import { clockOf, countStages, deviations, followSplit, pooled, saySplit, type StageCount } from "./mesh/split.js";
import type { Trail } from "../support/delivery/trail.js";
import { sharedPlatform } from "./platform.js";
import { RealService } from "./service.js";

const RATE = count(100, 500);
const CALLS = 400;
const ANALYSIS_INTERVAL_MS = 1000;
const { canaryHeader } = trafficSchema.parse({});

const failuresOf = (calls: readonly Call[]): string[] => calls.flatMap(({ failure }) => failure ?? []);

function report(what: string, counted: LoadReport, calls: readonly Call[]): void {
  process.stdout.write(
    `    ${what}: ${counted.requests} requests at ${counted.perSecond}/s, ${counted.failed} failed; ` +
      `${calls.length} gRPC calls by xDS, ${failuresOf(calls).length} failed, ` +
      `${calls.filter(({ again }) => again > 0).length} picked again before they were sent\n`,
  );
  for (const error of counted.errors) process.stdout.write(`      ${error}\n`);
}

/** Each share is as wide as chance lets it be, over enough calls to tell. */
function outside(counts: readonly StageCount[]): StageCount[] {
  for (const { weight, calls } of counts) assert.ok(calls >= 2000, `${calls} calls at ${weight} %`);
  return counts.filter((stage) => deviations(stage) > 3);
}

describe("delivery under load, on real pods, with Istio's control plane and clients of gRPC that follow it", function () {
  this.timeout(40 * 60_000);
  let platform: LocalPlatform;
  let region: LocalRegion;
  let control: MeshControl;
  let prometheus: string;
  /** What a test began, to be ended also where it failed: load that goes on would fall on the next. */
  const begun: (() => unknown)[] = [];

  before(async function () {
    platform = await sharedPlatform(this);
    region = platform.regions[0]!;
    prometheus = await requireProgram(this, "prometheus");
    control = await meshControl(region);
  });

  afterEach(async () => {
    for (const end of begun.splice(0).reverse()) await end();
  });

  async function open(namespace: string, strategy: DeliveryConfig["strategy"], tuning?: Tuning) {
    const metrics = await PodMetrics.start(region, prometheus, namespace);
    const service = await RealService.open(region, namespace, { delivery: testSized(strategy, metrics.url, tuning) });
    begun.push(
      async () => await metrics.stop(),
      async () => await service.close(),
    );
    return { service, metrics };
  }

  async function load(url: string, perSecond = RATE): Promise<Load> {
    const started = await Load.start(platform, url, perSecond);
    begun.push(async () => await started.end());
    return started;
  }

  async function call(
    { meshTarget: target }: RealService,
    perSecond: number,
    header?: { name: string; value: string },
  ) {
    const calls = await Calls.start(platform, control, { target, perSecond, ...(header && { header }) });
    begun.push(async () => await calls.end());
    return calls;
  }

  async function follow(service: RealService, tag: string): Promise<Trail> {
    const trail = await followSplit(service, tag);
    begun.push(() => trail.stop());
    return trail;
  }

  it("splits as each stage of a progressive rollout says, header and all, and loses nothing", async () => {
    const { service } = await open("progressive", "progressive", { hold: "6s", lastHold: "6s" });
    await service.untilPhase("Healthy");
    const requests = await load(await service.url());
    const [calls, marked] = [await call(service, CALLS), await call(service, 50, canaryHeader)];
    const counts: StageCount[] = [];
    const strayed: Call[] = [];
    const deploy = async (minor: number): Promise<StageCount[]> => {
      const next = `1.${minor}.0`;
      const trail = await follow(service, next);
      await service.applyWorkloads(next);
      await service.untilPhase("Healthy");
      await trail.untilLast(0);
      trail.stop();
      const [from, to] = [trail.splits.find(({ canary }) => canary > 0)!.at, trail.splits.at(-1)!.at].map(clockOf);
      const during = (await marked.soFar()).filter(({ at }) => at >= from! + 1000 && at < to!);
      assert.ok(during.length > 500, `${during.length} calls with the header`);
      strayed.push(...during.filter(({ version }) => version !== next));
      return countStages(await calls.soFar(), trail.splits, next);
    };
    const rollouts = count(1, 10);
    for (let rollout = 1; rollout <= rollouts; rollout += 1) counts.push(...(await deploy(rollout)));
    const stages = pooled(counts);
    saySplit(stages);
    // A fair split is outside three deviations once in 370 times: then the next rollout decides.
    const again = outside(stages).length === 0 ? [] : await deploy(rollouts + 1);
    if (again.length > 0) saySplit(again);
    assert.deepEqual(outside(again), []);
    const [counted, ended, withHeader] = [await requests.stop(), await calls.stop(), await marked.stop()];
    report(`${rollouts} progressive rollouts`, counted, ended);
    process.stdout.write(`    ${withHeader.length} calls with the canary's header, ${strayed.length} elsewhere\n`);
    assert.deepEqual(
      stages.map(({ weight }) => weight),
      [5, 25, 50, 100],
    );
    assert.deepEqual(strayed, []);
    assert.deepEqual([...failuresOf(ended), ...failuresOf(withHeader)], []);
    assert.equal(counted.failed, 0);
  });

  it("takes a bad version back: its errors are bounded by its weight, and it gets nothing after", async () => {
    const { service, metrics } = await open("bad-version", "progressive", { hold: "30s" });
    await service.untilPhase("Healthy");
    const calls = await call(service, CALLS);
    const trail = await follow(service, "bad");
    await service.applyWorkloads("bad");
    await trail.until(5);
    let breach = 0;
    while (breach === 0) {
      if (((await metrics.query(errorRateQuery("2s", 0.1))) ?? 0) > 0.01) breach = Date.now();
      else await sleep(100);
    }
    await service.untilPhase("Degraded");
    await trail.untilLast(0);
    trail.stop();
    await sleep(ANALYSIS_INTERVAL_MS + 5000);
    const ended = await calls.stop();
    const [from, to] = trail.splits.slice(-2).map(({ at }) => clockOf(at));
    const during = ended.filter(({ at }) => at >= from! && at < to! + 1000);
    const failed = failuresOf(ended);
    const after = Math.max(...ended.filter(({ version }) => version === "bad").map(({ at }) => at)) - breach;
    process.stdout.write(
      `    a bad version at 5 %: ${failed.length} of ${during.length} calls failed in ${((to! - from!) / 1000).toFixed(1)} s; ` +
        `its last call ${after} ms after a query showed the breach\n`,
    );
    assert.ok(failed.length > 0, "the bad version failed nobody");
    assert.ok(
      failed.every((failure) => failure.startsWith("Internal: a fault on demand")),
      failed.join("\n"),
    );
    const share = during.length * 0.05;
    assert.ok(
      failed.length <= share + 3 * Math.sqrt(share * 0.95),
      `${failed.length} of ${during.length} calls failed`,
    );
    assert.ok(after <= ANALYSIS_INTERVAL_MS + 5000, `the last call was ${after} ms after the breach`);
  });

  it("switches blue and green and loses nothing", async () => {
    // A measurement must not miss its data because scrapes are late on two cores under load.
    const { service } = await open("blue-green", "blueGreen", { analysis: { interval: "2s", window: "5s" } });
    await service.untilPhase("Healthy");
    const requests = await load(await service.url(deliveryNames.active));
    // What is analysed before the switch: nobody but a tester calls the preview.
    await load(await service.url(deliveryNames.preview), 20);
    const calls = await call(service, CALLS);
    const switches = count(1, 5);
    for (let made = 1; made <= switches; made += 1) {
      const tag = `1.${made}.0`;
      await service.applyWorkloads(tag);
      await service.untilPhase("Healthy");
      await sleep(1000);
      const since = Date.now();
      await sleep(2000);
      const now = (await calls.soFar()).filter(({ at }) => at >= since);
      assert.ok(now.length > 400 && now.every(({ version }) => version === tag), `not all on ${tag}`);
    }
    const [counted, ended] = [await requests.stop(), await calls.stop()];
    report(`${switches} blue-green switches`, counted, ended);
    assert.deepEqual(failuresOf(ended), []);
    assert.equal(counted.failed, 0);
  });

  it("splits as the canary strategy says, also while everything is applied again", async () => {
    const { service } = await open("canary", "canary");
    service.canaryOf("1.1.0");
    await service.applyAll("1.0.0");
    await service.settled();
    const [calls, marked] = [await call(service, CALLS), await call(service, 50, canaryHeader)];
    const weight = testSized("canary", "http://127.0.0.1:1").canary.weight;
    const measure = async (work: () => Promise<void>): Promise<StageCount> => {
      const from = Date.now();
      await work();
      const seen = async (): Promise<Call[]> => (await calls.soFar()).filter(({ at }) => at >= from);
      while ((await seen()).length < 2500) await sleep(200);
      const within = await seen();
      return { weight, calls: within.length, canary: within.filter(({ version }) => version === "1.1.0").length };
    };
    // The canary's Deployment takes its new version in its own time.
    const from = await poll(
      async () => {
        const last = (await marked.soFar()).slice(-50);
        return last.length === 50 && last.every(({ version }) => version === "1.1.0") ? Date.now() : undefined;
      },
      { what: "the canary to have its version", timeoutMs: 120_000, intervalMs: 250 },
    );
    const quiet = await measure(async () => await sleep(0));
    const busy = await measure(async () => {
      for (let round = 0; round < 3; round += 1) await service.applyAll("1.0.0");
    });
    const counts = [quiet, busy];
    saySplit(counts);
    const again = outside(counts).length === 0 ? [] : [await measure(async () => await sleep(0))];
    if (again.length > 0) saySplit(again);
    assert.deepEqual(outside(again), []);
    const [ended, withHeader] = [await calls.stop(), await marked.stop()];
    assert.deepEqual([...failuresOf(ended), ...failuresOf(withHeader)], []);
    const since = withHeader.filter(({ at }) => at >= from);
    assert.ok(since.length > 100 && since.every(({ version }) => version === "1.1.0"));
    process.stdout.write(
      `    ${ended.length + withHeader.length} calls, 0 failed; ${since.length} with the header, all on the canary\n`,
    );
  });
});
