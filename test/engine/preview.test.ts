import assert from "node:assert/strict";
import { runStack } from "../../cli/preview/run-stack.js";
import type { Step } from "./support/engine.js";
import { PlatformStack } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";

/** What both runs must agree on. */
interface Registered {
  readonly type: string;
  readonly urn: string;
  readonly parent?: string;
}

const line = ({ type, urn, parent }: Registered): string =>
  `${type} ${nameOf(urn)} in ${parent === undefined ? "nothing" : nameOf(parent)}`;
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
// The engine registers a default provider where the program names none; offline there are none.
const isOwn = ({ newState, urn }: Step): boolean =>
  !(newState?.type.startsWith("pulumi:providers:") === true && nameOf(urn).startsWith("default"));

for (const stack of ["production", "staging"]) {
  describe(`the real engine's preview of ${stack}`, function () {
    this.timeout(120_000);
    let platform: PlatformStack;

    before(async function () {
      await requireEngine(this, ["kubernetes", "random"]);
      platform = await PlatformStack.create(stack, { standIns: ["aws", "gcp"] });
    });

    after(() => (platform as PlatformStack | undefined)?.dispose());

    it("has the resources of the offline preview: type, name and parent", async () => {
      const { steps, changeSummary } = await platform.engine.preview();
      const { resources } = await runStack(stack);
      const engine = steps.filter(isOwn).map(({ urn, newState }) => line({ urn, type: "", ...newState }));
      assert.deepEqual(engine.sort(), resources.map(line).sort());
      assert.equal(changeSummary.create, steps.length, "everything is to be created");
    });
  });
}
