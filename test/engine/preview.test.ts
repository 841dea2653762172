import assert from "node:assert/strict";
import { inputDifferences, placeOf } from "./support/compare.js";
import type { Step } from "./support/engine.js";
import { PlatformStack } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";

// The engine registers a default provider where the program names none; offline there are none.
const isOwn = ({ newState, urn }: Step): boolean =>
  !(newState?.type.startsWith("pulumi:providers:") === true && /::default[^:]*$/.test(urn));

// The name of an object in a cluster that is still to be created: the engine cannot ask its provider to echo it.
const echoed = /sources\.\d+\.configMap\.name: known in one preview only$/;

for (const stack of ["production", "staging"]) {
  describe(`the real engine's preview of ${stack}`, function () {
    this.timeout(300_000);
    let platform: PlatformStack;

    before(async function () {
      await requireEngine(this, ["kubernetes", "random"]);
      platform = await PlatformStack.create(stack, { standIns: ["aws", "gcp"] });
    });

    after(() => (platform as PlatformStack | undefined)?.dispose());

    it("has the resources of the offline preview: type, name, parent, provider, guards and inputs", async () => {
      const { steps, changeSummary } = await platform.engine.preview();
      const recorded = await platform.offline();
      const own = steps.filter(isOwn);
      assert.deepEqual(
        own.map(({ urn, newState }) => placeOf({ type: "", ...newState, urn })).sort(),
        recorded.map(placeOf).sort(),
      );
      const byPlace = new Map(own.map((step) => [placeOf({ type: "", ...step.newState, urn: step.urn }), step]));
      const differences = recorded.flatMap((resource) => {
        const step = byPlace.get(placeOf(resource));
        return step === undefined ? [`${resource.urn} has no step`] : inputDifferences(resource, step);
      });
      assert.deepEqual(
        differences.filter((line) => !echoed.test(line)),
        [],
      );
      assert.equal(changeSummary.create, steps.length, "everything is to be created");
    });
  });
}
