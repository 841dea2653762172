import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { count } from "../support/counts.js";
import { Load, type LoadReport } from "./load.js";
import { sharedPlatform } from "./platform.js";
import { RealService } from "./service.js";

const RATE = count(100, 500);

function report(what: string, { requests, failed, perSecond, p99Ms, errors }: LoadReport): void {
  process.stdout.write(`    ${what}: ${requests} requests at ${perSecond}/s, ${failed} failed, p99 ${p99Ms} ms\n`);
  for (const error of errors) process.stdout.write(`      ${error}\n`);
}

/** Takes a node out of service as `kubectl drain` does: no new pods, and each of the old evicted by its budget's leave. */
async function drain({ api }: LocalRegion, node: string, namespace: string): Promise<number> {
  await api.must("PATCH", `/api/v1/nodes/${node}`, {
    body: { spec: { unschedulable: true } },
    contentType: "application/merge-patch+json",
  });
  const pods = await api.list("v1", "Pod", { namespace, labelSelector: "app=agent-memory" });
  const here = pods.filter(({ spec }) => (spec as { nodeName?: string }).nodeName === node);
  for (const { metadata } of here) await evict(api, namespace, metadata.name);
  const leaving = new Set(here.map(({ metadata }) => metadata.name));
  await poll(
    async () =>
      (await api.list("v1", "Pod", { namespace })).some(({ metadata }) => leaving.has(metadata.name))
        ? undefined
        : true,
    { what: `the pods of ${node} to be gone`, timeoutMs: 180_000, intervalMs: 500 },
  );
  return here.length;
}

async function evict(api: LocalRegion["api"], namespace: string, name: string): Promise<void> {
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  await poll(
    async () => {
      const { status } = await api.ask("POST", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, { body });
      // 429: the budget does not allow another one yet.
      return status < 300 || status === 404 ? true : undefined;
    },
    { what: `the eviction of ${name}`, timeoutMs: 180_000, intervalMs: 500 },
  );
}

describe("availability under load, on real pods", function () {
  this.timeout(40 * 60_000);
  let platform: LocalPlatform;
  let service: RealService;

  before(async function () {
    platform = await sharedPlatform(this);
    service = await RealService.rolling(platform.regions[0]!, "availability");
    await service.settled();
  });

  after(async () => {
    await (service as RealService | undefined)?.close();
  });

  it("is whole through rolling updates", async () => {
    const load = await Load.start(platform, await service.url(), RATE);
    const updates = count(1, 20);
    for (let update = 1; update <= updates; update += 1) await service.deploy(update % 2 === 0 ? "1.0.0" : "1.1.0");
    const counted = await load.stop();
    report(`${updates} rolling updates`, counted);
    assert.equal(counted.failed, 0);
    assert.ok(counted.requests > RATE * 5, `${counted.requests} requests`);
  });

  it("is whole through drains of a node", async () => {
    const { region } = service;
    const load = await Load.start(platform, await service.url(), RATE);
    let evicted = 0;
    const drains = count(1, 10);
    for (let index = 0; index < drains; index += 1) {
      const { name } = region.nodes[index % 2]!;
      evicted += await drain(region, name, service.namespace);
      await service.settled();
      await region.api.must("PATCH", `/api/v1/nodes/${name}`, {
        body: { spec: { unschedulable: false } },
        contentType: "application/merge-patch+json",
      });
    }
    const counted = await load.stop();
    report(`${drains} drains with ${evicted} evictions`, counted);
    assert.ok(evicted > 0, "no pod was on the drained node");
    assert.equal(counted.failed, 0);
  });

  it("loses requests while no pod serves, which shows that the load would tell", async () => {
    const load = await Load.start(platform, await service.url(), RATE);
    // Pods that are only killed are back before a client gives up: connections are tried again for seconds.
    const replicas = await service.scale(0);
    await poll(async () => ((await service.pods()).length === 0 ? true : undefined), {
      what: "the last pod to be gone",
      timeoutMs: 120_000,
      intervalMs: 500,
    });
    await service.scale(replicas);
    await service.settled();
    const counted = await load.stop();
    report("no pod for a while", counted);
    assert.ok(counted.failed > 0);
  });
});
