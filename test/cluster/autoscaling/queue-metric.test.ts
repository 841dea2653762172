import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { poll } from "../../../common/poll.js";
import { adapterRules, queueLengthMetric } from "../../../components/addons/prometheus-adapter.js";
import { autoscalerSpec } from "../../../components/agent/autoscaler.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { autoscalerStatus, queueOf, type AutoscalerStatus } from "../../support/autoscaler.js";
import { podMetrics, startAdapter } from "../../support/servers/prometheus-adapter.js";
import { startPrometheus } from "../../support/servers/prometheus.js";
import type { Region } from "../../support/servers/region/region.js";
import { stackConfig } from "../../support/stack-config.js";
import { twoRegions } from "../cluster.js";
import { requireProgram } from "../../support/servers/programs.js";

const namespace = "queue-metric";
const name = "agent";

/** Queue lengths of pods that do not run, as their own /metrics would tell them. */
class Queues {
  lengths: Readonly<Record<string, number>> = {};
  private server: Server | undefined;

  async start(): Promise<number> {
    this.server = createServer((_request, response) => {
      const lines = Object.entries(this.lengths).map(
        ([pod, length]) => `${queueLengthMetric}{namespace="${namespace}",pod="${pod}"} ${length}`,
      );
      response.setHeader("content-type", "text/plain; version=0.0.4").end(`${lines.join("\n")}\n`);
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

function deployment(replicas: number): KubeObject {
  const labels = { app: name };
  const container = {
    name,
    image: "ghcr.io/example/agent-memory-service:1.0.0",
    resources: { requests: { cpu: "1m" } },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

describe("the queue's length, from Prometheus through its adapter to the autoscaler", function () {
  this.timeout(240_000);
  const queues = new Queues();
  const stops: (() => Promise<void>)[] = [];
  let region: Region;
  const { autoscaling } = stackConfig({
    // Test-sized: 60 s in production. The bounds of a step are production's.
    agent: { autoscaling: { scaleUp: { stabilizationSeconds: 1 } } },
  }).agent;

  before(async function () {
    this.timeout(900_000);
    const program = await requireProgram(this, "prometheus");
    region = (await twoRegions()).primary;
    const prometheus = await startPrometheus(program, await queues.start());
    stops.push(
      () => queues.stop(),
      () => prometheus.stop(),
    );
    const adapter = await startAdapter(region, prometheus.url, adapterRules({ namespace }));
    stops.push(() => adapter.stop());
    const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    await region.api.apply(home);
    stops.push(() => region.api.remove(home));
    await region.api.apply(deployment(3));
    const target = { apiVersion: "apps/v1", kind: "Deployment", name };
    await region.api.apply({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name, namespace },
      spec: autoscalerSpec(autoscaling, target),
    });
  });

  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const pods = async (): Promise<string[]> =>
    (await region.api.list("v1", "Pod", { namespace })).map(({ metadata }) => metadata.name).sort();
  /** Gives every pod that there is this length; new pods come with none. */
  const queue = async (length: number): Promise<void> => {
    queues.lengths = Object.fromEntries((await pods()).map((pod) => [pod, length]));
  };
  const status = async (): Promise<AutoscalerStatus> => await autoscalerStatus(region.api, { namespace, name });
  const until = async (what: string, good: (now: AutoscalerStatus) => boolean): Promise<AutoscalerStatus> =>
    await poll(
      async () => {
        const now = await status();
        return good(now) ? now : undefined;
      },
      { what, intervalMs: 250, timeoutMs: 120_000 },
    );

  it("is served for each pod by the platform's own rules", async () => {
    await poll(async () => ((await pods()).length === 3 ? true : undefined), { what: "three pods", timeoutMs: 60_000 });
    await queue(20);
    const served = await podMetrics(region, namespace, queueLengthMetric);
    assert.deepEqual(
      served.sort((one, other) => (one.pod < other.pod ? -1 : 1)),
      (await pods()).map((pod) => ({ pod, value: "20" })),
    );
  });

  it("is read by the autoscaler, which leaves the replicas alone below the target", async () => {
    await until("the autoscaler to read the queue", (each) => queueOf(each) === "20");
    const { spec } = await region.api.get("apps/v1", "Deployment", { namespace, name });
    assert.equal((spec as { replicas: number }).replicas, 3);
  });

  it("scales up by as much as one step allows (R4: the larger of 100 % and 4 pods) when the queue grows", async () => {
    await queue(400);
    const now = await until("the autoscaler to scale up", ({ desiredReplicas = 3 }) => desiredReplicas > 3);
    assert.equal(now.desiredReplicas, 7);
    await poll(async () => ((await pods()).length === 7 ? true : undefined), { what: "seven pods", timeoutMs: 60_000 });
  });
});
