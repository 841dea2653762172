import assert from "node:assert/strict";
import { stopRegions, twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
import { localRegions, PlatformStack } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";
import { provideVolumes } from "./support/volumes.js";

describe("the local stack on two real control planes", function () {
  this.timeout(600_000);
  let platform: PlatformStack;
  let regions: TwoRegions;

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    regions = await twoRegions();
    await Promise.all(regions.both.map(({ api }) => provideVolumes(api, "standard", 8)));
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
});
