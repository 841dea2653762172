import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { driftBody, readDrifts } from "../../cli/ci/drift.js";
import { poll } from "../../common/poll.js";
import { promoteAll } from "../../operations/rollout/across.js";
import type { RolloutObject } from "../../operations/rollout/objects.js";
import { openTargets } from "../../operations/rollout/targets.js";
import { waitForAll } from "../../operations/rollout/wait.js";
import type { KubeApi } from "../../operations/local/servers/region/api.js";
import { RoutingHistory } from "../support/delivery/routing-history.js";
import { assertAllServed } from "../support/delivery/served.js";
import { temporaryFolder } from "../support/servers/process.js";
import { stopRegions, twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
import { rolloutsController } from "../support/servers/rollouts.js";
import { localRegions, PlatformStack, readConfig } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";
import { prepareCluster } from "./support/volumes.js";

const NAMESPACE = "agent-memory";
const REPLICAS = 2;
const VERSION_2 = "ghcr.io/example/agent-memory-service:2.0.0";

/** R7's stages, with holds and an interval so long that nothing goes on by itself while the test looks. */
const stages = [
  { name: "canary-5", weight: 5, hold: "60m" },
  { name: "full", weight: 100 },
];
const progressive = { strategy: "progressive", progressive: { stages, interval: "30m" } };

async function rolloutOf(api: KubeApi): Promise<RolloutObject> {
  const at = { namespace: NAMESPACE, name: "agent-memory-service" };
  return (await api.get("argoproj.io/v1alpha1", "Rollout", at)) as unknown as RolloutObject;
}

async function canaryShare(api: KubeApi): Promise<number> {
  const at = { namespace: NAMESPACE, name: "agent-memory-weights" };
  const { spec } = await api.get("networking.istio.io/v1", "VirtualService", at);
  const { http } = spec as { http: { route: { weight?: number }[] }[] };
  return http[0]?.route[1]?.weight ?? 0;
}

describe("delivery under the real engine", function () {
  this.timeout(600_000);
  let platform: PlatformStack;
  let regions: TwoRegions;

  const set = (key: "agent" | "delivery" | "traffic", values: object): void => {
    const name = `agent-platform:${key}`;
    platform.engine.configure({ [name]: { ...(readConfig("local")[name] as object), ...values } });
  };

  const served = async (change: () => Promise<unknown>): Promise<void> => {
    const histories = await Promise.all(regions.both.map(({ api }) => RoutingHistory.record(api, NAMESPACE)));
    await change();
    for (const history of histories) assertAllServed(await history.replay("agent-memory-service"), REPLICAS);
  };

  /** What the drift workflow would report: the engine's refreshed preview through the same reader. */
  const drift = async (): Promise<string | undefined> => {
    const folder = await temporaryFolder("drift");
    const file = join(folder, "changes.json");
    await writeFile(file, (await platform.engine.tryPreview("--json", "--refresh")).stdout);
    return driftBody(readDrifts([`local=${file}`]));
  };

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    regions = await twoRegions();
    await Promise.all(regions.both.map(prepareCluster));
    await Promise.all(regions.both.map(rolloutsController));
    platform = await PlatformStack.create("local", { standIns: [], config: localRegions(regions.both) });
    await platform.engine.up();
  });

  after(async () => {
    (platform as PlatformStack | undefined)?.dispose();
    await stopRegions();
  });

  it("goes from rolling to progressive with pods behind every route at every revision, and then changes nothing", async () => {
    set("delivery", progressive);
    await served(async () => await platform.engine.up());
    assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
  });

  it("does not wait for a new version's stages, and leaves its weights alone when something else changes", async () => {
    set("agent", { image: VERSION_2 });
    await platform.engine.up();
    for (const { api } of regions.both) {
      await poll(async () => ((await canaryShare(api)) === 5 ? true : undefined), {
        what: "5 % on the canary",
        timeoutMs: 120_000,
      });
    }
    const before = await Promise.all(regions.both.map(({ api }) => rolloutOf(api)));
    set("traffic", { readTimeoutSeconds: 200 });
    const { update = 0, ...rest } = await platform.engine.up();
    assert.equal(update, 4, "the ingress and the routes in each region");
    assert.deepEqual(Object.keys(rest), ["same"]);
    assert.deepEqual(Object.keys(await platform.engine.up("--refresh")), ["same"]);
    for (const [index, { api }] of regions.both.entries()) {
      assert.equal(await canaryShare(api), 5);
      const after = await rolloutOf(api);
      assert.equal(after.metadata.generation, before[index]!.metadata.generation);
      assert.equal(after.status?.currentPodHash, before[index]!.status?.currentPodHash);
    }
  });

  it("has drift detection keep quiet about weights and replicas, and tell what somebody changed by hand", async () => {
    const { api } = regions.primary;
    const metadata = { namespace: NAMESPACE, name: "agent-memory-service" };
    const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata };
    await api.mergePatch(rollout, { spec: { replicas: REPLICAS + 1 } });
    assert.equal(await drift(), undefined);
    const autoscaler = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata };
    await api.mergePatch(autoscaler, { spec: { maxReplicas: 9 } });
    // Server-side apply takes nothing away from who wrote it last, not even in a preview.
    assert.match((await drift()) ?? "", /# local[\s\S]*conflict[\s\S]*\.spec\.maxReplicas[\s\S]*PATCH_FORCE=true/);
    process.env.PULUMI_K8S_ENABLE_PATCH_FORCE = "true";
    try {
      await platform.engine.up("--refresh");
    } finally {
      delete process.env.PULUMI_K8S_ENABLE_PATCH_FORCE;
    }
    // The provider keeps what it was told: taken back by the next update, it is nothing that drifted.
    await platform.engine.up();
    assert.equal(await drift(), undefined);
  });

  it("goes back to rolling, once the version is delivered, with pods behind every route at every revision", async () => {
    const targets = regions.both.map(({ name, kubeconfigFile }, index) => ({
      region: name,
      role: index === 0 ? ("primary" as const) : ("secondary" as const),
      kubeconfigFile,
    }));
    const names = { namespace: NAMESPACE, service: "agent-memory-service", canary: "agent-memory-canary" };
    const deliveries = await openTargets(targets, names);
    const promoted = await promoteAll(deliveries, true);
    assert.deepEqual(
      promoted.filter(({ done }) => !done),
      [],
    );
    await waitForAll(deliveries, { timeoutSeconds: 120 });
    set("delivery", { strategy: "rolling" });
    await served(async () => await platform.engine.up());
    assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
    for (const { api } of regions.both) {
      const at = { namespace: NAMESPACE, name: "agent-memory-service" };
      const { spec } = await api.get("apps/v1", "Deployment", at);
      const { template } = spec as { template: { spec: { containers: { image: string }[] } } };
      assert.equal(template.spec.containers[0]?.image, VERSION_2);
    }
  });
});
