import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { holds } from "../../operations/local/servers/region/conditions.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { Load } from "./load.js";
import { sharedPlatform } from "./platform.js";
import { RealService } from "./service.js";

interface PodStatus {
  readonly phase?: string;
  readonly containerStatuses?: readonly {
    readonly restartCount: number;
    readonly lastState?: { readonly terminated?: { readonly exitCode: number; readonly signal?: number } };
  }[];
}

interface Event {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly name: string };
}

interface Self {
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly writable: readonly string[];
}

const statusOf = (pod: KubeObject): PodStatus => pod.status ?? {};
const containerOf = (pod: KubeObject) => statusOf(pod).containerStatuses?.[0];

describe("the agent's pod under faults, on real nodes", function () {
  this.timeout(10 * 60_000);
  let platform: LocalPlatform;
  let region: LocalRegion;
  let service: RealService;

  before(async function () {
    platform = await sharedPlatform(this);
    region = platform.regions[0]!;
    service = await RealService.rolling(region, "faults");
    await service.settled();
  });

  after(async () => {
    await (service as RealService | undefined)?.close();
  });

  const again = async ({ metadata }: KubeObject): Promise<KubeObject> =>
    await region.api.get("v1", "Pod", { namespace: service.namespace, name: metadata.name });
  const until = async (pod: KubeObject, what: string, good: (now: KubeObject) => boolean): Promise<KubeObject> =>
    await poll(
      async () => {
        const now = await again(pod);
        return good(now) ? now : undefined;
      },
      { what: `${pod.metadata.name} ${what}`, intervalMs: 250, timeoutMs: 120_000 },
    );

  /** Pods behind the public service, by their endpoints. */
  async function serving(): Promise<string[]> {
    const labelSelector = "kubernetes.io/service-name=agent-memory-service";
    const slices = await region.api.list("discovery.k8s.io/v1", "EndpointSlice", {
      namespace: service.namespace,
      labelSelector,
    });
    type Endpoint = { conditions?: { ready?: boolean }; targetRef?: { name: string } };
    const endpoints = slices.flatMap((slice) => (slice as { endpoints?: Endpoint[] }).endpoints ?? []);
    return endpoints.flatMap(({ conditions, targetRef }) => (conditions?.ready === true ? targetRef!.name : []));
  }

  it("has its settings, secrets, fields, files and user as rendered, and writes to /tmp alone", async () => {
    const [pod] = await service.pods();
    const { namespace } = service;
    const { uid, gid, env, files, writable } = JSON.parse(await service.ask(pod!, "/self")) as Self;
    const { POD_NAME, POD_NAMESPACE, FROM_CONFIG, FROM_SECRET, ENVIRONMENT } = env;
    assert.deepEqual(
      { uid, gid, files, writable },
      { uid: 10001, gid: 10001, files: ["agent.yaml"], writable: ["/tmp"] },
    );
    assert.deepEqual(
      { POD_NAME, POD_NAMESPACE, FROM_CONFIG, FROM_SECRET, ENVIRONMENT },
      {
        POD_NAME: pod!.metadata.name,
        POD_NAMESPACE: namespace,
        FROM_CONFIG: namespace,
        FROM_SECRET: namespace,
        ENVIRONMENT: "production",
      },
    );
  });

  it("gets no requests while it is not ready, is not restarted for it, and nothing is lost", async () => {
    const load = await Load.start(platform, await service.url(), 100);
    const [pod] = await service.pods();
    await service.ask(pod!, "/fault?ready=false");
    await until(pod!, "to be taken out", (now) => !holds(now, "Ready"));
    await poll(async () => ((await serving()).includes(pod!.metadata.name) ? undefined : true), {
      what: "its endpoint to be withdrawn",
      timeoutMs: 60_000,
    });
    assert.equal((await serving()).length, 2);
    await service.ask(pod!, "/fault?ready=true");
    const back = await until(pod!, "to be ready again", (now) => holds(now, "Ready"));
    assert.equal(containerOf(back)?.restartCount, 0);
    const { requests, failed } = await load.stop();
    process.stdout.write(`    ${requests} requests, ${failed} failed\n`);
    assert.equal(failed, 0);
  });

  it("is restarted where its health fails, and no other pod is", async () => {
    const [pod, ...others] = await service.pods();
    await service.ask(pod!, "/fault?alive=false");
    await until(pod!, "to be restarted", (now) => containerOf(now)?.restartCount === 1 && holds(now, "Ready"));
    for (const other of others) assert.equal(containerOf(await again(other))?.restartCount, 0);
  });

  it("comes back in place after a SIGKILL of its process", async () => {
    const pod = (await service.pods())[1]!;
    const { nodeName } = pod.spec as { nodeName: string };
    const { space } = region.nodes.find(({ name }) => name === nodeName)!.place;
    const find = `grep -lz "^POD_NAME=$1$" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3`;
    const { stdout } = await space.run("sh", ["-c", find, "find", pod.metadata.name]);
    await space.run("kill", ["-KILL", ...stdout.trim().split("\n")]);
    const back = await until(pod, "to be back", (now) => containerOf(now)?.restartCount === 1 && holds(now, "Ready"));
    assert.equal(containerOf(back)?.lastState?.terminated?.exitCode, 137);
  });

  it("is evicted and replaced where it fills /tmp beyond its limit", async () => {
    const pod = (await service.pods())[2]!;
    await service.ask(pod, "/fault?fill=1100");
    // A process that ends well at its eviction leaves a pod that Succeeded; why it went is in the event.
    const said = await poll(
      async () => {
        const events = (await region.api.list("v1", "Event", { namespace: service.namespace })) as unknown as Event[];
        return events.find(({ reason, involvedObject }) => {
          return reason === "Evicted" && involvedObject.name === pod.metadata.name;
        });
      },
      { what: `${pod.metadata.name} to be evicted`, intervalMs: 250, timeoutMs: 120_000 },
    );
    assert.match(said.message, /EmptyDir volume "tmp" exceeds the limit "1Gi"/);
    await until(pod, "to have ended", (now) => ["Failed", "Succeeded"].includes(statusOf(now).phase ?? ""));
    await region.api.remove(pod);
    await service.settled();
    assert.ok(!(await service.pods()).some(({ metadata }) => metadata.name === pod.metadata.name));
  });
});
