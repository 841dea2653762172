import assert from "node:assert/strict";
import { deliveryNames } from "../../../components/delivery/names.js";
import { poll } from "../../../common/poll.js";
import { changeAll, promoteAll } from "../../../operations/rollout/across.js";
import { readStatus } from "../../../operations/rollout/region.js";
import { waitForAll } from "../../../operations/rollout/wait.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";
import { Stand } from "./stand.js";
import { requireProgram } from "../../support/servers/programs.js";

const HASH = "rollouts-pod-template-hash";

interface Route {
  readonly match?: readonly object[];
  readonly route?: readonly object[];
  readonly delegate?: { readonly name: string };
}

async function hashOf(stand: Stand, service: string): Promise<string | undefined> {
  const { spec } = await stand.api.get("v1", "Service", { namespace: stand.namespace, name: service });
  return (spec as { selector: Record<string, string> }).selector[HASH];
}

describe("blue-green delivery on a real control plane", function () {
  this.timeout(15 * 60_000);
  let stand: Stand;
  let first: string | undefined;
  let second: string | undefined;

  before(async function () {
    const path = await requireProgram(this, "prometheus");
    const { secondary } = await twoRegions();
    await rolloutsController(secondary);
    stand = await Stand.open({
      region: secondary,
      namespace: "bluegreen",
      prometheusProgram: path,
      strategy: "blueGreen",
      // So long that the test can look at the preview, and pause or abort, before the analysis has passed.
      tuning: { analysis: { count: 8 } },
    });
    first = await hashOf(stand, deliveryNames.active);
  });
  after(async () => {
    await (stand as Stand | undefined)?.close();
  });

  const previewLeaves = async (hash: string | undefined): Promise<string> =>
    await poll(
      async () => {
        const preview = await hashOf(stand, deliveryNames.preview);
        return preview === hash ? undefined : preview;
      },
      { what: "the preview to change", timeoutMs: 30_000, intervalMs: 50 },
    );

  /** Analyses that were waited for: the controller may begin one that it then cancels. */
  const passed = async (): Promise<number> => {
    const runs = await stand.api.list("argoproj.io/v1alpha1", "AnalysisRun", { namespace: stand.namespace });
    const all = runs as unknown as { spec: { terminate?: boolean }; status?: { phase?: string } }[];
    return all.filter(({ spec, status }) => status?.phase === "Successful" && spec.terminate !== true).length;
  };

  it("sends the preview host to the preview service, and all else to the active one", async () => {
    const { weights, routes } = stand.objects;
    const host = (service: string): string => `${service}.bluegreen.svc.cluster.local`;
    const root = await stand.api.get(routes.apiVersion, routes.kind, routes.metadata);
    const [preview, rest] = (root.spec as { http: Route[] }).http;
    assert.deepEqual(preview!.match, [{ authority: { exact: "preview.agent-api.example.com" } }]);
    assert.deepEqual(preview!.route, [{ destination: { host: host(deliveryNames.preview) } }]);
    assert.equal(rest!.delegate?.name, weights.metadata.name);
    const split = await stand.api.get(weights.apiVersion, weights.kind, weights.metadata);
    const [all] = (split.spec as { http: Route[] }).http;
    assert.deepEqual(all!.route, [{ destination: { host: host(deliveryNames.active) }, weight: 100 }]);
  });

  it("shows the new version at the preview service while users stay on the old one", async () => {
    await stand.deploy("2.0.1");
    second = await previewLeaves(first);
    assert.equal(await hashOf(stand, deliveryNames.active), first);
    const delivery = await stand.delivery();
    const { strategy, stage } = await readStatus(delivery);
    assert.deepEqual([strategy, stage], ["blueGreen", "preview"]);
    await changeAll([delivery], "pause");
    assert.equal((await readStatus(delivery)).parked, "approval");
  });

  it("stays there while it is paused, and goes on when it is promoted", async () => {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.equal(await hashOf(stand, deliveryNames.active), first);
    const [outcome] = await promoteAll([await stand.delivery()], false);
    assert.equal(outcome!.done, true, outcome!.message);
  });

  it("switches after the analysis and keeps the old version up", async () => {
    const rollout = await stand.untilHealthy();
    assert.equal(await hashOf(stand, deliveryNames.active), second);
    assert.equal(rollout.status?.stableRS, second);
    const [status] = await waitForAll([await stand.delivery()], { timeoutSeconds: 60 });
    assert.deepEqual([status!.phase, status!.stage], ["Healthy", "active"]);
    const sets = await stand.api.list("apps/v1", "ReplicaSet", {
      namespace: stand.namespace,
      labelSelector: `${HASH}=${first}`,
    });
    assert.ok((sets[0]!.spec as { replicas: number }).replicas > 0);
  });

  it("switches back at once while the old version is up, whatever analysis has begun: promote --full", async () => {
    const before = await passed();
    const started = performance.now();
    await stand.deploy("1.0.0");
    // The controller does it by itself only where the autoscaler wants as many pods as the old version has.
    const [outcome] = await promoteAll([await stand.delivery()], true);
    assert.equal(outcome!.done, true, outcome!.message);
    await poll(async () => ((await hashOf(stand, deliveryNames.active)) === first ? true : undefined), {
      what: "the switch back",
      timeoutMs: 30_000,
      intervalMs: 50,
    });
    process.stdout.write(`    switched back in ${Math.round(performance.now() - started)} ms\n`);
    await stand.untilHealthy();
    assert.equal(await passed(), before);
  });

  it("is aborted before its promotion, and users stay where they are", async () => {
    await stand.deploy("2.0.3");
    await previewLeaves(first);
    const delivery = await stand.delivery();
    const [aborted] = await changeAll([delivery], "abort");
    assert.equal(aborted!.done, true, aborted!.message);
    const rollout = await stand.untilPhase("Degraded");
    assert.equal(rollout.status?.abort, true);
    assert.deepEqual([await hashOf(stand, deliveryNames.active), rollout.status.stableRS], [first, first]);
    await assert.rejects(waitForAll([delivery], { timeoutSeconds: 60 }), /failed: .*abort/);
  });

  it("stands still on metrics without an answer, also when they are back, until it is promoted", async () => {
    stand.metrics.behave("canary", { requestsPerSecond: 0 });
    await stand.deploy("2.0.4");
    await stand.untilParked();
    assert.equal(await hashOf(stand, deliveryNames.active), first);
    stand.metrics.behave("canary", {});
    const delivery = await stand.delivery();
    assert.equal((await readStatus(delivery)).parked, "inconclusive");
    const [promoted] = await promoteAll([delivery], false);
    assert.equal(promoted!.done, true, promoted!.message);
    const rollout = await stand.untilHealthy();
    assert.equal(rollout.status?.stableRS, await hashOf(stand, deliveryNames.active));
    first = rollout.status?.stableRS;
  });

  it("never shows a bad version to users", async () => {
    stand.metrics.behave("canary", { errorRatio: 0.5 });
    await stand.deploy("2.0.2");
    const rollout = await stand.untilPhase("Degraded");
    assert.equal(await hashOf(stand, deliveryNames.active), first);
    assert.equal(rollout.status?.abort, true);
  });

  it("takes the version that was left down, once it has been kept for its while", async () => {
    await poll(
      async () => {
        const sets = await stand.api.list("apps/v1", "ReplicaSet", {
          namespace: stand.namespace,
          labelSelector: `${HASH}=${second}`,
        });
        return (sets[0]!.spec as { replicas: number }).replicas === 0 ? true : undefined;
      },
      { what: "the version that was left to be scaled down", timeoutMs: 120_000 },
    );
  });
});
