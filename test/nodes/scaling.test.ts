import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import { Load } from "./load.js";
import { sharedPlatform } from "./platform.js";
import { RealService } from "./service.js";

interface Autoscaler {
  readonly spec: object;
  readonly status?: {
    readonly desiredReplicas?: number;
    readonly currentMetrics?: readonly { readonly resource?: { readonly name: string; readonly current: object } }[];
  };
}

/** R4's bounds with its windows in seconds; its metrics but the queue, which needs an adapter. */
const quickly = {
  metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
  behavior: {
    scaleDown: {
      stabilizationWindowSeconds: 10,
      selectPolicy: "Min",
      policies: [{ type: "Percent", value: 25, periodSeconds: 10 }],
    },
  },
};

describe("autoscaling on real CPU", function () {
  this.timeout(15 * 60_000);
  let platform: LocalPlatform;
  let service: RealService;

  before(async function () {
    platform = await sharedPlatform(this);
    service = await RealService.rolling(platform.regions[0]!, "scaling");
    await service.settled();
  });

  after(async () => {
    await (service as RealService | undefined)?.close();
  });

  const autoscaler = async (): Promise<Autoscaler> => {
    const { autoscaler: object } = service.objects("1.0.0");
    return (await service.region.api.must("GET", await service.region.api.pathOf(object))) as unknown as Autoscaler;
  };

  it("adds pods under load, by no more than R4 allows in a period, and takes them away again", async () => {
    const { autoscaler: object } = service.objects("1.0.0");
    await service.region.api.mergePatch(object, { spec: quickly });
    await service.region.api.mergePatch(object, { spec: { behavior: { scaleUp: upOf(object.spec) } } });
    await poll(
      async () => {
        const { status } = await autoscaler();
        return status?.currentMetrics?.some(({ resource }) => resource?.name === "cpu") ? true : undefined;
      },
      { what: "the autoscaler to know the pods' CPU", timeoutMs: 180_000, intervalMs: 1000 },
    );
    const seen: number[] = [3];
    const follow = async (until: (desired: number) => boolean, what: string): Promise<void> => {
      await poll(
        async () => {
          const desired = (await autoscaler()).status?.desiredReplicas ?? 0;
          if (desired !== seen.at(-1)) seen.push(desired);
          return until(desired) ? true : undefined;
        },
        { what, timeoutMs: 300_000, intervalMs: 1000 },
      );
    };
    const load = await Load.start(platform, `${await service.url()}?ms=20`, 20);
    await follow((desired) => desired > 3, "more pods");
    const { failed, requests } = await load.stop();
    const [, first = 0] = seen;
    // The larger of four pods and 100 % in a period.
    assert.ok(first <= 7, `from 3 to ${first} at once`);
    await follow((desired) => desired === 3, "three pods again");
    process.stdout.write(`    replicas: ${seen.join(" → ")}; ${requests} requests, ${failed} failed\n`);
    assert.equal(failed, 0);
  });
});

/** R4's own rules for scaling up, without the window in which the test would only wait. */
function upOf(spec: unknown): object {
  const { behavior } = spec as { behavior: { scaleUp: object } };
  return { ...behavior.scaleUp, stabilizationWindowSeconds: 0 };
}
