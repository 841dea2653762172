import assert from "node:assert/strict";
import { deliveryNames } from "../../../components/delivery/names.js";
import { poll } from "../../../common/poll.js";
import { changeAll, promoteAll } from "../../../operations/rollout/across.js";
import { readStatus } from "../../../operations/rollout/region.js";
import { waitForAll } from "../../../operations/rollout/wait.js";
import type { Behaviour } from "../../support/servers/metrics-source.js";
import { skip } from "../../support/counts.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions, type TwoRegions } from "../cluster.js";
import { Stand } from "./stand.js";
import { splitOf } from "./trail.js";

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

async function podsBehind(stand: Stand, service: string): Promise<string[]> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const slices = await stand.api.list("discovery.k8s.io/v1", "EndpointSlice", {
    namespace: stand.namespace,
    labelSelector,
  });
  const endpoints = slices.flatMap(({ endpoints: of }) => (of ?? []) as { targetRef?: { name: string } }[]);
  return endpoints.flatMap(({ targetRef }) => targetRef?.name ?? []).sort();
}

describe("canary and blue-green delivery on a real control plane", function () {
  this.timeout(15 * 60_000);
  let regions: TwoRegions;
  let program: string;
  const stands: Stand[] = [];

  before(async function () {
    const { path, missing } = await ensurePackage("prometheus", "prometheus");
    if (missing !== undefined) skip(this, missing);
    program = path;
    regions = await twoRegions();
    await Promise.all(regions.both.map(rolloutsController));
  });
  after(async () => {
    await Promise.all(stands.map((stand) => stand.close()));
  });

  const open = async (strategy: "canary" | "blueGreen"): Promise<Stand> => {
    const namespace = strategy.toLowerCase();
    const stand = await Stand.open({ region: regions.secondary, namespace, prometheusProgram: program, strategy });
    stands.push(stand);
    return stand;
  };

  describe("canary", () => {
    let stand: Stand;
    before(async () => {
      stand = await open("canary");
    });

    it("has stable and canary side by side, behind services that share no pod", async () => {
      const [stable, canary, all] = await poll(
        async () => {
          const pods = await Promise.all(
            [deliveryNames.splitStable, deliveryNames.splitCanary, "agent-memory-service"].map((name) =>
              podsBehind(stand, name),
            ),
          );
          // The three lists are read one after the other: a pod that comes or goes meanwhile is in one and not the other.
          const settled = [...pods[0]!, ...pods[1]!].sort().join() === pods[2]!.join();
          return settled && pods[0]!.length >= 3 && pods[1]!.length === 1 ? pods : undefined;
        },
        { what: "three stable pods and one canary", timeoutMs: 120_000 },
      );
      assert.deepEqual(
        stable!.filter((pod) => canary!.includes(pod)),
        [],
      );
      assert.deepEqual([...stable!, ...canary!].sort(), all);
    });

    it("splits 95/5, and sends the header x-canary: true to the canary", async () => {
      const { weights, routes } = stand.objects;
      const canary = `${deliveryNames.splitCanary}.canary.svc.cluster.local`;
      assert.deepEqual(splitOf(await stand.api.get(weights.apiVersion, weights.kind, weights.metadata), canary), {
        stable: 95,
        canary: 5,
      });
      const root = await stand.api.get(routes.apiVersion, routes.kind, routes.metadata);
      const [first] = (root.spec as { http: { match: object[]; route: object[] }[] }).http;
      assert.deepEqual(first!.match[0], { headers: { "x-canary": { exact: "true" } } });
      assert.deepEqual(first!.route, [{ destination: { host: canary } }]);
    });

    it("is told by status, delivered for wait, and has no steps to pause or abort", async () => {
      const delivery = await stand.delivery();
      const [status] = await waitForAll([delivery], { timeoutSeconds: 60, intervalMs: 500 });
      assert.deepEqual(
        [status!.strategy, status!.phase, status!.weights],
        ["canary", "Healthy", { stable: 95, canary: 5 }],
      );
      for (const change of ["pause", "abort"] as const) {
        const [outcome] = await changeAll([delivery], change);
        assert.equal(outcome!.done, false);
        assert.match(outcome!.message, /only the progressive and blueGreen strategies have steps/);
      }
    });

    const verdicts: readonly { name: string; behaviour: Partial<Behaviour>; phase: string }[] = [
      { name: "a good canary", behaviour: {}, phase: "Successful" },
      { name: "a canary with 10 % errors", behaviour: { errorRatio: 0.1 }, phase: "Failed" },
      { name: "a slow canary", behaviour: { latencySeconds: 4 }, phase: "Failed" },
      { name: "a canary without traffic", behaviour: { requestsPerSecond: 0 }, phase: "Inconclusive" },
    ];
    for (const [index, { name, behaviour, phase }] of verdicts.entries()) {
      it(`judges ${name}: ${phase}`, async () => {
        stand.metrics.behave("canary", behaviour);
        await new Promise((resolve) => setTimeout(resolve, 2500));
        const template = stand.objects.analyses[0]!;
        const run: KubeObject = {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "AnalysisRun",
          metadata: { name: `verdict-${index}`, namespace: stand.namespace },
          spec: template.spec,
        };
        await stand.api.apply(run);
        const ended = await poll(
          async () => {
            const { status } = await stand.api.get(run.apiVersion, run.kind, run.metadata);
            const { phase: now } = (status ?? {}) as { phase?: string };
            return now === undefined || now === "Running" || now === "Pending" ? undefined : now;
          },
          { what: "the analysis to end", timeoutMs: 60_000 },
        );
        assert.equal(ended, phase);
      });
    }
  });

  describe("blue-green", () => {
    let stand: Stand;
    let first: string | undefined;
    let second: string | undefined;
    before(async () => {
      stand = await open("blueGreen");
      first = await hashOf(stand, deliveryNames.active);
    });

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
      second = await poll(
        async () => {
          const preview = await hashOf(stand, deliveryNames.preview);
          return preview === first ? undefined : preview;
        },
        { what: "the preview to change", timeoutMs: 30_000, intervalMs: 50 },
      );
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

    it("switches back without a new analysis while the old version is up", async () => {
      const started = performance.now();
      await stand.deploy("1.0.0");
      await poll(async () => ((await hashOf(stand, deliveryNames.active)) === first ? true : undefined), {
        what: "the switch back",
        timeoutMs: 30_000,
        intervalMs: 50,
      });
      process.stdout.write(`    switched back in ${Math.round(performance.now() - started)} ms\n`);
    });

    it("takes the version that was left down, once it has been kept for its while", async () => {
      await stand.untilHealthy();
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

    it("never shows a bad version to users", async () => {
      stand.metrics.behave("canary", { errorRatio: 0.5 });
      await stand.deploy("2.0.2");
      const rollout = await stand.untilPhase("Degraded");
      assert.equal(await hashOf(stand, deliveryNames.active), first);
      assert.equal(rollout.status?.abort, true);
    });
  });
});
