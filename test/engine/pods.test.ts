import assert from "node:assert/strict";
import { join } from "node:path";
import { NAMESPACE, ownImages, planOf } from "../../cli/local/deploy.js";
import { downOnClusters, upOnClusters, type Contexts } from "../../cli/local/existing.js";
import { localObjects } from "../../cli/local/objects.js";
import { poll } from "../../common/poll.js";
import { awaitWorkloads, provideDefinitions, standInsFor, workloads } from "../../operations/local/deploy.js";
import { supplyImages } from "../../operations/local/images/supply.js";
import { makeBuckets, objectStoreServices } from "../../operations/local/object-store.js";
import { readPasswords } from "../../operations/local/passwords.js";
import { startPlatform, stopPlatform, type LocalPlatform } from "../../operations/local/platform.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { CLUSTER } from "../../operations/local/system/postgres-cluster.js";
import { replicationOf } from "../../operations/local/system/postgres.js";
import { PROVISIONER } from "../../operations/local/system/volumes.js";
import { Load } from "../nodes/load.js";
import { startIngress } from "../nodes/outage/ingress.js";
import { skip, soak } from "../support/counts.js";
import { endWithTests } from "../support/servers/process.js";
import type { ChartMirror } from "./support/chart-mirror.js";
import { contextName, writeKubeconfig } from "./support/kubeconfig.js";
import { mirroredConfig, stackFile } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";
import { removeServiceExports } from "./support/volumes.js";

/** The machine's platform, and the stack that the engine puts onto it. */
const [PLATFORM, STACK] = ["engine-pods", "engine-pods-stack"];
const AGENT = "agent-platform:agent";

describe("the local stack by the real engine, onto nodes whose pods run", function () {
  this.timeout(15 * 60_000);
  let platform: LocalPlatform;
  let mirror: ChartMirror;
  let config: Readonly<Record<string, unknown>>;
  let given: Contexts;
  /** What stands in for charts and clouds, by region. */
  let besides: KubeObject[][];

  const up = async (change: object = {}) => {
    const agent = { ...(config[AGENT] as object), ...change };
    return await upOnClusters(STACK, given, stackFile("local", { ...config, [AGENT]: agent }));
  };

  /** What a cluster of one's own has before: definitions, a storage class; and images, which no registry serves here. */
  async function prepare(region: LocalRegion, objects: readonly KubeObject[]): Promise<void> {
    await provideDefinitions(region.api);
    await removeServiceExports(region.api);
    await region.api.apply({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: PROVISIONER,
      volumeBindingMode: "WaitForFirstConsumer",
    });
    await supplyImages(region, objects, ownImages);
  }

  /** As the operator does: once the engine has made a database's Cluster, its server is started. */
  async function operate({ api }: LocalRegion, objects: readonly KubeObject[]): Promise<void> {
    await poll(
      async () => {
        const found = await api.list(CLUSTER.apiVersion, CLUSTER.kind, { namespace: NAMESPACE });
        return found.length > 0 ? true : undefined;
      },
      { what: "the engine to make the databases' Cluster", timeoutMs: 300_000 },
    );
    for (const name of new Set(objects.map(({ metadata }) => metadata.namespace))) {
      if (name === NAMESPACE || name === undefined) continue;
      await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "operator" });
    }
    for (const object of objects) await api.apply(object, { manager: "operator" });
  }

  before(async function () {
    if (!soak) skip(this, "two regions with real nodes under the engine take seven minutes: at full counts");
    await requireEngine(this, ["kubernetes", "random"]);
    const missing = await missingRequirements();
    if (missing.length > 0) skip(this, missing.join("; "));
    await stopPlatform(STACK);
    platform = await startPlatform({ ...planOf(PLATFORM), onProcess: endWithTests });
    const rendered = await localObjects(platform.regions, await readPasswords(platform.folder));
    await makeBuckets(platform.folder, rendered.flat());
    const replication = replicationOf(
      platform.regions.map(({ plan }) => plan),
      rendered,
    );
    besides = rendered.map((objects) => [
      ...objects.filter(({ kind, metadata }) => kind === "Secret" && metadata.name === "backup-credentials"),
      ...objectStoreServices(objects),
      ...standInsFor(objects, replication),
    ]);
    for (const [index, region] of platform.regions.entries()) await prepare(region, rendered[index] ?? []);
    ({ mirror, config } = await mirroredConfig("local"));
    const kubeconfig = join(platform.folder, "kubeconfig");
    await writeKubeconfig(
      kubeconfig,
      platform.regions.map(({ kubeconfigFile }) => kubeconfigFile),
    );
    given = { kubeconfig, contexts: platform.regions.map((_, index) => contextName(index)) };
  });

  after(async () => {
    (mirror as ChartMirror | undefined)?.stop();
    await stopPlatform(STACK);
    await stopPlatform(PLATFORM);
  });

  it("is up once its pods are ready in both regions, and then has nothing to change", async () => {
    const [{ create = 0 }] = await Promise.all([
      up(),
      ...platform.regions.map(async (region, index) => await operate(region, besides[index] ?? [])),
    ]);
    assert.ok(create > 100, `${create} resources were created`);
    for (const region of platform.regions) {
      await awaitWorkloads(region, NAMESPACE);
      const ready = (await workloads(region.api, NAMESPACE)).map(({ name, ready: pods }) => `${name} ${pods}`);
      process.stdout.write(`    ${region.name}: ${ready.sort().join(", ")} ready\n`);
    }
    assert.deepEqual(Object.keys(await up()), ["same"]);
    process.stdout.write(`    ${create} resources; the second up changes nothing\n`);
  });

  it("loses no request while the engine rolls a change out", async () => {
    const [first] = platform.regions;
    const load = await Load.start(platform, `http://${await startIngress(first!)}/health`, 50);
    const changes = await up({ logLevel: "warn" });
    await Promise.all(platform.regions.map(async (region) => await awaitWorkloads(region, NAMESPACE)));
    const { requests, failed, errors } = await load.stop();
    process.stdout.write(
      `    ${changes.update ?? 0} resources updated: ${requests} requests at 50/s, ${failed} failed\n`,
    );
    assert.ok((changes.update ?? 0) >= 2, JSON.stringify(changes));
    assert.deepEqual(errors, []);
    assert.equal(failed, 0);
  });

  it("takes everything down again, databases too", async () => {
    const { found, deleted } = await downOnClusters(STACK, true);
    assert.ok(deleted >= found, `${deleted} of ${found} were deleted`);
    for (const { api } of platform.regions) {
      await poll(async () => ((await workloads(api, NAMESPACE)).length === 0 ? true : undefined), {
        what: "the workloads to be gone",
        timeoutMs: 120_000,
      });
    }
  });
});
