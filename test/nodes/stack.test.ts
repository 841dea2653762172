import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import { deployRegion } from "../../operations/local/deploy.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { LocalRegion } from "../../operations/local/region.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { addresses, connects, startProbe } from "./paths.js";
import { sharedPlatform } from "./platform.js";
import { stackOf } from "./stack.js";
import { textAt } from "../support/plain.js";

/** What it is, from whom, to whom, to which port. */
type Path = readonly [string, string, string, number];

const NAMESPACE = "agent-memory";

interface PodStatus {
  readonly phase?: string;
  readonly initContainerStatuses?: readonly { readonly name: string; readonly ready: boolean }[];
  readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number }[];
}

const statusOf = (pod: KubeObject): PodStatus => pod.status ?? {};

describe("the local stack as rendered, on real nodes", function () {
  this.timeout(10 * 60_000);
  let platform: LocalPlatform;
  let region: LocalRegion;
  let objects: readonly KubeObject[];

  before(async function () {
    platform = await sharedPlatform(this);
    region = platform.regions[0]!;
    const stack = await stackOf(platform);
    objects = stack.objects;
    for (const image of stack.missing) process.stdout.write(`    no image of ${image}: its pods wait\n`);
  });

  const agentPods = async (): Promise<KubeObject[]> =>
    await region.api.list("v1", "Pod", { namespace: NAMESPACE, labelSelector: "app=agent-memory" });

  it("has its init containers wait for stores that are not there yet", async () => {
    const stores = (object: KubeObject): boolean =>
      object.kind === "StatefulSet" || textAt(object, "apiVersion").startsWith("postgresql.cnpg.io");
    const { applied } = await deployRegion(
      region,
      objects.filter((object) => !stores(object)),
    );
    assert.ok(applied > 40, `${applied} objects`);
    const waiting = await poll(
      async () => {
        const pods = await agentPods();
        const started = pods.filter((pod) => statusOf(pod).initContainerStatuses?.[0]?.ready === false);
        return started.length === 2 && pods.every(({ status }) => status !== undefined) ? started : undefined;
      },
      { what: "two pods to wait", timeoutMs: 120_000 },
    );
    for (const pod of waiting) assert.equal(statusOf(pod).phase, "Pending");
  });

  it("starts the pods once Redis and PostgreSQL serve, in that order", async () => {
    await deployRegion(region, objects);
    await poll(
      async () => {
        const pods = await agentPods();
        const ready = pods.filter((pod) => statusOf(pod).containerStatuses?.[0]?.ready === true);
        return ready.length >= 2 ? true : undefined;
      },
      { what: "the agent's pods to be ready", timeoutMs: 300_000, intervalMs: 500 },
    );
    for (const pod of await agentPods()) {
      assert.deepEqual(
        statusOf(pod).initContainerStatuses?.map(({ name, ready }) => [name, ready]),
        [
          ["wait-for-redis", true],
          ["wait-for-postgres", true],
        ],
      );
    }
  });

  it("lets through what R3 allows, and nothing else", async () => {
    const store = async (name: string): Promise<string> =>
      (await addresses(region, NAMESPACE, `agent-platform.io/store=${name}`))[0]!;
    const [agent = "", other = ""] = await addresses(region, NAMESPACE, "app=agent-memory");
    const [redis, postgres] = [await store("redis"), await store("postgres")];
    const [dns = ""] = await addresses(region, "kube-system", "k8s-app=kube-dns");
    const ingress = await startProbe(region, "nginx-ingress");
    const metrics = await startProbe(region, "observability");
    const stranger = await startProbe(region, "default");
    const mesh = await startProbe(region, "istio-system", 15012);
    const node = region.nodes[0]!.place.address;
    const api = region.controlPlane.place.address;
    // The probes' containers may still be starting: what comes first must be waited for.
    await poll(async () => ((await connects(region, stranger, { address: ingress, port: 8080 })) ? true : undefined), {
      what: "the probes to answer",
      timeoutMs: 60_000,
    });
    const allowed: Path[] = [
      ["ingress to the API", ingress, agent, 8080],
      ["metrics of the agent", metrics, agent, 8080],
      ["agent to agent by gRPC", agent, other, 9090],
      ["agent to Redis", agent, redis, 6379],
      ["agent to PostgreSQL", agent, postgres, 5432],
      ["agent to DNS", agent, dns, 53],
      ["agent to the mesh", agent, mesh, 15012],
      ["metrics of Redis", metrics, redis, 9121],
      ["Redis to DNS", redis, dns, 53],
    ];
    const denied: Path[] = [
      ["a stranger to the API", stranger, agent, 8080],
      ["a stranger by gRPC", stranger, agent, 9090],
      ["ingress by gRPC", ingress, agent, 9090],
      ["metrics by gRPC", metrics, agent, 9090],
      ["the mesh to the API", mesh, agent, 8080],
      ["DNS to the API", dns, agent, 8080],
      ["Redis to the API", redis, agent, 8080],
      ["PostgreSQL to the API", postgres, agent, 8080],
      ["agent to agent by HTTP", agent, other, 8080],
      ["agent to a stranger", agent, stranger, 8080],
      ["agent to the ingress", agent, ingress, 8080],
      ["agent to Prometheus' pods", agent, metrics, 8080],
      ["agent to Redis' metrics", agent, redis, 9121],
      ["agent to a node's kubelet", agent, node, 10250],
      ["agent to the API server", agent, api, 6443],
      ["agent to DNS' metrics", agent, dns, 9153],
      ["a stranger to Redis", stranger, redis, 6379],
      ["ingress to Redis", ingress, redis, 6379],
      ["metrics to Redis' data", metrics, redis, 6379],
      ["a stranger to PostgreSQL", stranger, postgres, 5432],
      ["ingress to PostgreSQL", ingress, postgres, 5432],
      ["Redis to PostgreSQL", redis, postgres, 5432],
      ["PostgreSQL to Redis", postgres, redis, 6379],
      ["Redis to a stranger", redis, stranger, 8080],
    ];
    const wrong: string[] = [];
    for (const [what, from, address, port] of allowed) {
      // More than once: on a busy machine an answer may be late, and late is not refused.
      await poll(async () => ((await connects(region, from, { address, port })) ? true : undefined), {
        what,
        timeoutMs: 20_000,
      }).catch(() => wrong.push(`refused: ${what}`));
    }
    const passed = await Promise.all(
      denied.map(([, from, address, port]) => connects(region, from, { address, port })),
    );
    denied.forEach(([what], index) => passed[index] === true && wrong.push(`let through: ${what}`));
    assert.deepEqual(wrong, []);
    process.stdout.write(`    ${allowed.length} paths work, ${denied.length} others do not\n`);
  });
});
