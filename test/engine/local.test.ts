import assert from "node:assert/strict";
import { rotateSecrets } from "../../operations/recovery/actions/secrets.js";
import type { Site } from "../../operations/recovery/site/site.js";
import { contextOf } from "../support/recovery/one-cluster.js";
import { stopRegions, twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
import { demoted, promote, readPostgres } from "./support/failover.js";
import { localRegions, PlatformStack, readConfig } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";
import { prepareCluster } from "./support/volumes.js";

describe("the local stack on two real control planes", function () {
  this.timeout(600_000);
  let platform: PlatformStack;
  let regions: TwoRegions;

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    regions = await twoRegions();
    await Promise.all(regions.both.map(prepareCluster));
    platform = await PlatformStack.create("local", { standIns: [], config: localRegions(regions.both) });
  });

  after(async () => {
    (platform as PlatformStack | undefined)?.dispose();
    await stopRegions();
  });

  it("is created by the first up", async () => {
    const { create = 0 } = await platform.engine.up();
    assert.ok(create > 50, `${create} resources were created`);
  });

  it("has nothing to change in the second up", async () => {
    assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
  });

  it("leaves a failover as it is, also where another field of the same object changes", async () => {
    await promote(regions);
    assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
    const data = readConfig("local")["agent-platform:data"] as { postgres: object };
    platform.engine.configure({ "agent-platform:data": { ...data, postgres: { ...data.postgres, memory: "640Mi" } } });
    const { update = 0, ...rest } = await platform.engine.up();
    assert.ok(update >= 2, `${update} objects were updated`);
    assert.deepEqual(Object.keys(rest), ["same"]);
    const primary = await readPostgres(regions.primary);
    const secondary = await readPostgres(regions.secondary);
    assert.equal(primary.resources.requests.memory, "640Mi");
    assert.equal(secondary.resources.requests.memory, "640Mi");
    assert.deepEqual(primary.replica, demoted, "the old primary still follows");
    assert.equal(secondary.replica?.enabled, false, "the new primary still writes");
  });

  it("has every password replaced by a recovery from a breach, once, and none of the old ones left in a cluster", async () => {
    const old = await platform.engine.passwords();
    assert.ok(old.size >= 3, `${old.size} passwords`);
    const context = contextOf({ stack: "local" } as Site);
    const rotate = async () => await platform.engine.inProject(async () => await rotateSecrets.run(context));
    assert.equal((await rotate()).facts?.rotated, old.size);
    const renewed = await platform.engine.passwords();
    assert.deepEqual([...renewed.keys()].sort(), [...old.keys()].sort());
    for (const [urn, password] of renewed) assert.notEqual(password, old.get(urn), urn);
    for (const { api } of regions.both) {
      const secrets = (await api.list("v1", "Secret")) as unknown as { data?: Record<string, string> }[];
      const values = secrets.flatMap(({ data = {} }) => Object.values(data));
      const texts = values.map((value) => Buffer.from(value, "base64").toString());
      const holding = (passwords: ReadonlyMap<string, string>): number =>
        texts.filter((text) => [...passwords.values()].some((password) => text.includes(password))).length;
      assert.equal(holding(old), 0);
      assert.ok(holding(renewed) >= old.size, `${holding(renewed)} entries`);
    }
    // The step again, as after a crash between the update and its record.
    await rotate();
    assert.deepEqual(await platform.engine.passwords(), renewed);
    assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
  });

  it("refuses to destroy while the databases are protected, then destroys", async () => {
    const refusal = await platform.engine.tryDestroy();
    assert.notEqual(refusal.exitCode, 0);
    assert.match(
      refusal.stdout,
      /Cluster::local-[ab]-data-postgres[\w-]*" cannot be deleted\s+because it is protected/,
    );
    await readPostgres(regions.primary);
    await platform.engine.unprotectAll();
    const changes = await platform.engine.destroy();
    assert.deepEqual(Object.keys(changes), ["delete"]);
  });
});
