import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import { provideDefinitions } from "../../operations/local/deploy.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { RolloutObject } from "../../operations/rollout/objects.js";
import { testSized } from "../cluster/delivery/objects.js";
import { count } from "../support/counts.js";
import { Load } from "./load.js";
import { sharedPlatform } from "./platform.js";
import { startRealController, startRealPrometheus } from "./rollouts.js";
import { RealService } from "./service.js";

const RATE = count(100, 500);

describe("progressive rollouts of real pods, judged by their own metrics", function () {
  this.timeout(60 * 60_000);
  let platform: LocalPlatform;
  let service: RealService;

  const rollout = async (): Promise<RolloutObject> => {
    const [workload] = service.objects("1.0.0").workloads;
    const path = await service.region.api.pathOf(workload!);
    return (await service.region.api.must("GET", path)) as unknown as RolloutObject;
  };

  const untilPhase = async (phase: string): Promise<RolloutObject> =>
    await poll(
      async () => {
        const found = await rollout();
        const seen = found.status?.observedGeneration === String(found.metadata.generation);
        if (seen && found.status.phase === phase) return found;
        throw new Error(`${found.status?.phase ?? "no phase"}: ${found.status?.message ?? ""}`);
      },
      { what: `the rollout to be ${phase}`, timeoutMs: 300_000, intervalMs: 500 },
    );

  before(async function () {
    platform = await sharedPlatform(this);
    const [region] = platform.regions;
    await provideDefinitions(region!.api);
    const prometheus = await startRealPrometheus(region!);
    await startRealController(region!);
    const timing = { hold: "5s", progressDeadline: "5m" };
    const delivery = testSized("progressive", prometheus, timing);
    // Pods are scraped twice a second, and a busy machine is late: longer than where the metrics are made up.
    const progressive = { ...delivery.progressive, window: "10s", minRequestsPerSecond: 1 };
    service = await RealService.open(region!, "progressive", { ...delivery, progressive });
    await untilPhase("Healthy");
  });

  after(async () => {
    await (service as RealService | undefined)?.close();
  });

  it("promotes a good version without a failed request", async () => {
    const load = await Load.start(platform, await service.url(), RATE);
    const rollouts = count(1, 10);
    for (let index = 1; index <= rollouts; index += 1) {
      await service.applyWorkloads(index % 2 === 0 ? "1.0.0" : "1.1.0");
      await untilPhase("Healthy");
    }
    const { requests, failed, perSecond, errors } = await load.stop();
    process.stdout.write(`    ${rollouts} rollouts: ${requests} requests at ${perSecond}/s, ${failed} failed\n`);
    assert.deepEqual([failed, errors], [0, []]);
  });

  it("takes back a bad one by itself, and nobody fails after that", async () => {
    const good = (await rollout()).status?.stableRS;
    const load = await Load.start(platform, await service.url(), RATE);
    await service.applyWorkloads("bad");
    const { status } = await untilPhase("Degraded");
    const during = await load.stop();
    assert.equal(status?.abort, true);
    assert.equal(status.stableRS, good);
    await poll(
      async () => {
        const pods = await service.pods();
        const images = pods.map(({ spec }) => (spec as { containers: [{ image: string }] }).containers[0].image);
        return images.some((image) => image.endsWith(":bad")) ? undefined : true;
      },
      { what: "the bad pods to be gone", timeoutMs: 180_000, intervalMs: 500 },
    );
    const load2 = await Load.start(platform, await service.url(), RATE);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const after = await load2.stop();
    process.stdout.write(`    a bad version: ${during.failed} of ${during.requests} failed until it was taken back\n`);
    assert.ok(during.failed > 0 && during.failed < during.requests / 4, `${during.failed} of ${during.requests}`);
    assert.equal(after.failed, 0);
  });
});
