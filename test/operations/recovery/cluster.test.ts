import { strict as assert } from "node:assert";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import * as cloudNative from "../../../operations/recovery/actions/restore-cluster.js";
import { openCluster } from "../../../operations/recovery/cluster.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { openDatabase } from "../../../operations/recovery/database.js";
import { readLease, writeLease } from "../../../operations/recovery/lease/lease.js";
import { fenceRegion, releaseRegion } from "../../../operations/recovery/lease/region.js";
import { parseSite } from "../../../operations/recovery/site/load.js";
import type { Site } from "../../../operations/recovery/site/site.js";
import { skip, soak } from "../../support/counts.js";
import { prepare } from "../../support/recovery/case.js";
import { killStarted, startRecover } from "../../support/recovery/command.js";
import { drillTwice, drillVerdicts } from "../../support/recovery/drill-command.js";
import * as one from "../../support/recovery/one-cluster.js";
import { startEngineDatabase, needsPostgres, urlOf } from "../../support/recovery/stand.js";
import { startObjectStore } from "../../support/servers/object-store.js";
import { freePorts, temporaryFolder } from "../../support/servers/process.js";
import type { Region } from "../../support/servers/region/region.js";

const { NAMESPACE } = one;
const NOWHERE = "http://127.0.0.1:9";

describe("recovery on a real control plane, with CloudNativePG's definitions and without its operator", function () {
  this.timeout(300_000);
  let region: Region;
  let site: Site;
  const regionsOf = (kubeconfig: string): object => ({
    "us-east-1": { url: NOWHERE, kubeconfig, database: { kind: "cloudnativepg", cluster: "postgres" } },
  });
  const annotationsOf = async (name: string): Promise<Record<string, string>> =>
    (await region.api.get("postgresql.cnpg.io/v1", "Cluster", { namespace: NAMESPACE, name })).metadata.annotations ??
    {};
  const specOf = async (name: string): Promise<Record<string, unknown>> =>
    (await region.api.get("postgresql.cnpg.io/v1", "Cluster", { namespace: NAMESPACE, name })).spec as never;
  const cluster = async () => await openCluster(site.regions["us-east-1"]!, NAMESPACE);

  before(async function () {
    await needsPostgres(this);
    region = await one.regionWithDatabases("us-east-1");
    const regions = regionsOf(region.kubeconfigFile);
    const control = { uri: "file:///nowhere" };
    site = parseSite(
      { stack: "production", publicUrl: NOWHERE, primary: "us-east-1", regions, control },
      "the test's site",
    );
    const services = [{ selectorType: "rw", serviceTemplate: { metadata: { name: "postgres-service" } } }];
    const archiver = {
      name: "barman-cloud.cloudnative-pg.io",
      isWALArchiver: true,
      parameters: { barmanObjectName: "postgres-archive", serverName: "postgres" },
    };
    await region.api.apply(
      one.clusterObject("postgres", {
        replica: { enabled: true, source: "primary" },
        externalClusters: [{ name: "primary", plugin: { name: archiver.name, parameters: archiver.parameters } }],
        managed: { services: { additional: services } },
        plugins: [archiver],
      }),
    );
    await one.sayReady(region.api, "postgres", 3);
  });
  after(async () => {
    killStarted();
    await (region as Region | undefined)?.stop();
  });

  it("takes an object of a kind that the API server does not serve for absent", async () => {
    const nothing = { apiVersion: "nobody.example.com/v1", kind: "Nothing", name: "nothing" };
    assert.equal(await (await cluster()).get(nothing), undefined);
  });

  it("promotes a replica, and stops and resumes its writes by its own fields, each once", async () => {
    const database = await openDatabase(site, "us-east-1");
    assert.ok(database);
    assert.deepEqual(await database.standing(), {
      role: "replica",
      healthy: true,
      writable: false,
      detail: "replica, 3 of 3 instances ready",
    });
    const [command = ""] = await database.promote();
    assert.match(command, /^kubectl -n agent-memory patch cluster\.postgresql\.cnpg\.io postgres .*"enabled":false/);
    assert.deepEqual(await database.promote(), [], "a second time there is nothing to do");
    assert.deepEqual((await specOf("postgres")).replica, { enabled: false, source: "primary" });
    assert.equal((await database.standing()).writable, true);
    await database.stopWrites();
    assert.equal((await annotationsOf("postgres"))["cnpg.io/fencedInstances"], '["*"]');
    assert.equal((await database.standing()).writable, false);
    // The keeper of the lease lifts its own fence, and never a plan's.
    await releaseRegion(await cluster());
    assert.equal((await database.standing()).writable, false);
    await database.resumeWrites();
    assert.equal((await annotationsOf("postgres"))["cnpg.io/fencedInstances"], undefined);
    await fenceRegion(await cluster());
    assert.equal((await annotationsOf("postgres"))["agent-platform.io/fenced-by"], "lease");
    await releaseRegion(await cluster());
    assert.equal((await database.standing()).writable, true);
  });

  it("restores beside: the new Cluster is accepted whole, and takes the name for clients, which a second attempt leaves", async () => {
    const restored = cloudNative.restoredName("postgres", one.contextOf(site).runId);
    const context = one.contextOf(site, { restoreTo: "2026-11-24T03:09:59.000Z" });
    const before = await specOf("postgres");
    const restoring = cloudNative.restoreCluster(context, "postgres");
    await poll(async () => await one.sayReady(region.api, restored, 1).then(() => true as const), {
      what: "the restored Cluster to be made",
      timeoutMs: 60_000,
    });
    assert.match((await restoring).summary, /postgres-1f2e is restored to 2026-11-24T03:09:59\.000Z/);
    const stored = await specOf(restored);
    const wanted = cloudNative.restoredSpec(before, {
      name: restored,
      source: "postgres",
      to: "2026-11-24T03:09:59.000Z",
    });
    for (const [key, value] of Object.entries(wanted)) {
      assert.ok(key in stored, `the API server dropped ${key}`);
      if (key === "bootstrap") assert.deepEqual(stored[key], value);
    }
    await cloudNative.checkCluster(context, "postgres");
    for (let attempt = 0; attempt < 2; attempt += 1) await cloudNative.adoptCluster(context, "postgres");
    const servicesOf = async (name: string): Promise<number> =>
      ((await specOf(name)).managed as { services: { additional: unknown[] } }).services.additional.length;
    assert.deepEqual([await servicesOf("postgres"), await servicesOf(restored)], [0, 1]);
  });

  it("stops where the operator may not, with what the API server said, and goes on once it is granted", async () => {
    const engine = await startEngineDatabase();
    process.env.RECOVERY_DATABASE_URL = urlOf(engine);
    try {
      const { run, resume, writeSite } = await prepare("no-permission", {
        stop: ["stop-writes", "check-writes-stopped"],
        again: ["resume-writes"],
      });
      const kubeconfig = await one.strangerIn(region, "operator");
      await writeSite({ publicUrl: NOWHERE, regions: regionsOf(kubeconfig) });
      const refused = await run();
      assert.equal(refused.exitCode, 4, refused.stderr);
      assert.match(
        refused.stderr,
        /stop-writes: Cluster agent-memory\/postgres: the API server answered 403: .*"system:serviceaccount:agent-memory:operator" cannot (get|patch)/,
      );
      await one.grant(region.api, "operator");
      const resumed = await resume();
      assert.equal(resumed.exitCode, 0, resumed.stderr);
      assert.equal((await annotationsOf("postgres"))["cnpg.io/fencedInstances"], undefined);
    } finally {
      Reflect.deleteProperty(process.env, "RECOVERY_DATABASE_URL");
      await engine.kill();
    }
  });

  it("keeps the lease as the platform's Deployment does: out of reach it fences its region, and writes again by itself", async () => {
    const store = await startObjectStore(await temporaryFolder("lease-keep"), ["outside"]);
    Object.assign(process.env, store.env);
    const place = { uri: "s3://outside/lease/writer.json", endpoint: store.endpoint };
    const [port = 0] = await freePorts(1);
    const where = ["--lease", place.uri, "--endpoint-url", place.endpoint, "--kubeconfig", region.kubeconfigFile];
    const own = ["--region", "us-east-1", "--namespace", NAMESPACE, "--ttl", "3", "--claim-absent"];
    const keeper = startRecover(["lease", "keep", ...where, ...own, "--health-port", String(port)]);
    const ask = async (path: string): Promise<string> => await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const becomes = async (holding: boolean): Promise<void> => {
      await poll(
        async () => {
          const told = (await ask("/metrics")).includes(`agent_platform_lease_holding ${holding ? 1 : 0}\n`);
          const fenced = (await annotationsOf("postgres"))["agent-platform.io/fenced-by"] === "lease";
          return told && fenced !== holding ? true : undefined;
        },
        { what: holding ? "the region to write" : "the region to be fenced", timeoutMs: 60_000 },
      );
    };
    try {
      await becomes(true);
      assert.equal((await readLease(place))?.lease.holder, "us-east-1");
      process.kill(store.process.pid, "SIGSTOP");
      await becomes(false);
      process.kill(store.process.pid, "SIGCONT");
      await becomes(true);
      const held = await readLease(place);
      const taken = { holder: "us-west1", expiresAt: new Date().toISOString(), ttlSeconds: 3, epoch: 2 };
      assert.ok(await writeLease(place, taken, held));
      await becomes(false);
      process.kill(keeper.pid, "SIGTERM");
      const { exitCode, stdout } = await keeper.ended;
      assert.equal(exitCode, 0);
      const states = stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { state: string }).state);
      assert.deepEqual(states, ["holding", "fenced", "holding", "fenced"]);
    } finally {
      process.kill(store.process.pid, "SIGCONT");
      keeper.kill();
      await store.process.stop();
      await releaseRegion(await cluster());
    }
  });

  it("a drill that is killed trips no other: the next one clears up, and the rule book reads what that one measured", async function () {
    if (!soak) skip(this, "it runs two drills, of which one is killed: at full counts");
    const folder = await temporaryFolder("drill-command");
    await chmod(folder, 0o755);
    const url = "http://127.0.0.1:9";
    const { kubeconfigFile: kubeconfig } = region;
    await writeFile(
      join(folder, "site.json"),
      JSON.stringify({
        stack: "production",
        publicUrl: url,
        primary: "us-east-1",
        regions: { "us-east-1": { url, kubeconfig }, "us-west1": { url } },
        control: { uri: `file://${join(folder, "control")}` },
      }),
    );
    await drillTwice(folder);
    const plan = { id: "region-outage", rtoMinutes: 15, rpoMinutes: 5, stores: ["postgres"], regions: ["us-east-1"] };
    const metadata = { name: "recovery-plans", namespace: NAMESPACE };
    const data = { "plans.json": JSON.stringify([plan]) };
    await region.api.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
    const verdict = async (): Promise<string> => (await drillVerdicts(region)).join();
    assert.match(await verdict(), /^pass: region-outage recovered in [\d.]+ minutes, 0 days ago$/);
    // The same drill, a quarter of a year later.
    const at = { namespace: NAMESPACE, name: "drill-region-outage" };
    const kept = (await region.api.get("v1", "ConfigMap", at)) as KubeObject & { data: Record<string, string> };
    const drill = JSON.parse(kept.data["drill.json"] ?? "{}") as { at: string };
    const old = { ...drill, at: new Date(Date.parse(drill.at) - 91 * 86_400_000).toISOString() };
    await region.api.mergePatch(kept, { data: { "drill.json": JSON.stringify(old) } });
    assert.equal(await verdict(), "fail: the last drill of region-outage is 91 days old");
  });
});
