import assert from "node:assert/strict";
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
