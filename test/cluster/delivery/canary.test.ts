import assert from "node:assert/strict";
import { deliveryNames } from "../../../components/delivery/names.js";
import { poll } from "../../../common/poll.js";
import { changeAll } from "../../../operations/rollout/across.js";
import { waitForAll } from "../../../operations/rollout/wait.js";
import type { Behaviour } from "../../support/servers/metrics-source.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";
import { Stand } from "./stand.js";
import { splitOf } from "../../support/delivery/trail.js";
import { requireProgram } from "../../support/servers/programs.js";

async function podsBehind(stand: Stand, service: string): Promise<string[]> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const slices = await stand.api.list("discovery.k8s.io/v1", "EndpointSlice", {
    namespace: stand.namespace,
    labelSelector,
  });
  const endpoints = slices.flatMap(({ endpoints: of }) => (of ?? []) as { targetRef?: { name: string } }[]);
  return endpoints.flatMap(({ targetRef }) => targetRef?.name ?? []).sort();
}

describe("canary delivery on a real control plane", function () {
  this.timeout(15 * 60_000);
  let stand: Stand;

  before(async function () {
    const path = await requireProgram(this, "prometheus");
    const { secondary } = await twoRegions();
    await rolloutsController(secondary);
    const strategy = "canary";
    stand = await Stand.open({ region: secondary, namespace: strategy, strategy, prometheusProgram: path });
  });
  after(async () => {
    await (stand as Stand | undefined)?.close();
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
