import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import { agentSchema } from "../../config/schema/agent.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { autoscalerStatus, queueOf, type AutoscalerStatus } from "../support/autoscaler.js";
import { requireProgram } from "../support/servers/programs.js";
import { startPodAdapter } from "./adapter.js";
import { Load } from "./load.js";
import { PodMetrics } from "./mesh/metrics.js";
import { sharedPlatform } from "./platform.js";
import { RealService } from "./service.js";

/** R4's bounds, with windows and the period of the way down in seconds instead of minutes. */
const { scaleUp, scaleDown, queueLength } = agentSchema.parse({}).autoscaling;
const scaling = {
  scaleUp: { ...scaleUp, stabilizationSeconds: 1 },
  scaleDown: { ...scaleDown, stabilizationSeconds: 15, periodSeconds: 5 },
};
/** The last look before the load ended was at most this long ago: the controllers' sync period here. */
const SYNC_SECONDS = 5;
/** What one step allows from three pods: 100 %, or four pods, the larger. */
const ONE_STEP = 7;

describe("the autoscaler on real pods", function () {
  this.timeout(10 * 60_000);
  let platform: LocalPlatform;
  let region: LocalRegion;
  let queue: RealService;
  let cpu: RealService;
  const ends: (() => Promise<void>)[] = [];
  let outcomes: readonly [Promise<void>, Promise<void>] | undefined;

  before(async function () {
    platform = await sharedPlatform(this);
    region = platform.regions[0]!;
    const prometheus = await requireProgram(this, "prometheus");
    [queue, cpu] = (await Promise.all(
      ["by-queue", "by-cpu"].map(async (namespace) => await RealService.rolling(region, namespace, scaling)),
    )) as [RealService, RealService];
    ends.push(async () => {
      await Promise.all([queue.close(), cpu.close()]);
    });
    const metrics = await PodMetrics.start(region, prometheus, queue.namespace, cpu.namespace);
    ends.push(async () => await metrics.stop());
    ends.push(await startPodAdapter(region, metrics.url, queue.namespace));
    await Promise.all([queue.settled(), cpu.settled()]);
    outcomes = [byQueue(), byCpu()];
    // The test that awaits it tells of its failure.
    for (const outcome of outcomes) outcome.catch(() => undefined);
  });

  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  const status = async ({ namespace }: RealService): Promise<AutoscalerStatus> =>
    await autoscalerStatus(region.api, { namespace, name: "agent-memory-service" });
  const until = async (service: RealService, what: string, good: (now: AutoscalerStatus) => boolean) =>
    await poll(
      async () => {
        const now = await status(service);
        if (good(now)) return now;
        throw new Error(JSON.stringify(now));
      },
      { what: `${service.namespace}: ${what}`, intervalMs: 250, timeoutMs: 180_000 },
    );
  const cpuUse = ({ currentMetrics = [] }: AutoscalerStatus): number | undefined =>
    currentMetrics.map((metric) => metric?.resource).find((each) => each?.name === "cpu")?.current.averageUtilization;

  /** Most pods that were ever wanted until it is done, from the autoscaler's own word every quarter of a second. */
  async function most(service: RealService, work: Promise<unknown>): Promise<number> {
    let [highest, done] = [0, false];
    const ended = work.finally(() => (done = true));
    while (!done) {
      highest = Math.max(highest, (await status(service)).desiredReplicas ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await ended;
    return highest;
  }

  async function upAndDown(service: RealService, end: () => Promise<void>): Promise<void> {
    const work = async (): Promise<void> => {
      await until(service, "to want more pods", ({ desiredReplicas = 3 }) => desiredReplicas > 3);
      await poll(async () => ((await service.ready()) >= ONE_STEP ? true : undefined), {
        what: `${service.namespace}: ${ONE_STEP} pods to be ready`,
        timeoutMs: 120_000,
      });
      const ended = performance.now();
      await end();
      await until(service, "to want fewer pods", ({ desiredReplicas = 3 }) => desiredReplicas < ONE_STEP);
      const took = (performance.now() - ended) / 1000;
      const window = scaling.scaleDown.stabilizationSeconds - SYNC_SECONDS;
      assert.ok(took >= window, `fewer pods were wanted ${took.toFixed(1)} s after the load's end`);
      await until(service, "to want three pods again", ({ desiredReplicas }) => desiredReplicas === 3);
    };
    const highest = await most(service, work());
    process.stdout.write(`    ${service.namespace}: 3 pods, ${highest} under load, 3 again\n`);
    assert.equal(highest, ONE_STEP);
  }

  /** Both take their time and little else, so they take it at once. */
  const byQueue = async (): Promise<void> => {
    await until(queue, "to read the queue", (now) => queueOf(now) === "0");
    await queue.faults(`queue=${queueLength * 10}`);
    await upAndDown(queue, async () => await queue.faults("queue=0"));
  };
  const byCpu = async (): Promise<void> => {
    await until(cpu, "to read the processor's use", (now) => cpuUse(now) !== undefined && queueOf(now) !== undefined);
    const load = await Load.start(platform, `${await cpu.url()}?ms=30`, 30);
    await upAndDown(cpu, async () => {
      await load.stop();
    });
  };

  it("grows by one step with the queue's length, through Prometheus and its adapter, and shrinks after the window", async () => {
    await outcomes![0];
  });

  it("grows by one step with the use of the processor, through the kubelets and metrics-server, and shrinks", async () => {
    await outcomes![1];
  });
});
