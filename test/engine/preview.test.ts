import assert from "node:assert/strict";
import { judgesInDocs } from "../support/clouds/judges.js";
import { inputDifferences, placeOf } from "./support/compare.js";
import type { Preview, Step } from "./support/engine.js";
import { identityHost, previewClouds, type PreviewClouds } from "./support/google.js";
import { PlatformStack, readConfig } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";

// The engine registers a default provider where the program names none; offline there are none.
const isOwn = ({ newState, urn }: Step): boolean =>
  !(newState?.type.startsWith("pulumi:providers:") === true && /::default[^:]*$/.test(urn));

const isGoogle = ({ newState }: Step): boolean => newState?.type.startsWith("gcp:") === true;

// The name of an object in a cluster that is still to be created: the engine cannot ask its provider to echo it.
const echoed = /sources\.\d+\.configMap\.name: known in one preview only$/;

/** The stack's regions with times that stand in the file without quotes, which the engine reads as times. */
function withTimes(stack: string): Record<string, unknown> {
  const key = "agent-platform:regions";
  const maintenance = { start: "2026-02-07T02:00:00Z", end: "2026-02-07T08:00:00Z" };
  const given = readConfig(stack)[key] as { cloud: string; cluster?: object }[];
  return {
    [key]: given.map((region) =>
      region.cloud === "gcp" ? { ...region, cluster: { ...region.cluster, maintenance } } : region,
    ),
  };
}

describe("the real engine's preview", function () {
  this.timeout(300_000);
  const types = new Set<string>();
  let clouds: PreviewClouds;

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    clouds = await previewClouds();
  });

  after(() => (clouds as PreviewClouds | undefined)?.google?.stop());

  for (const stack of ["production", "staging"]) {
    describe(`of ${stack}`, () => {
      let platform: PlatformStack;
      let preview: Preview;

      before(async () => {
        platform = await PlatformStack.create(stack, { ...clouds, config: withTimes(stack) });
        preview = await platform.engine.preview();
      });

      after(() => (platform as PlatformStack | undefined)?.dispose());

      it("has the resources of the offline preview: type, name, parent, provider, guards and inputs", async () => {
        const { steps, changeSummary } = preview;
        const recorded = await platform.offline();
        const own = steps.filter(isOwn);
        assert.deepEqual(
          own.map(({ urn, newState }) => placeOf({ type: "", ...newState, urn })).sort(),
          recorded.map(placeOf).sort(),
        );
        const byPlace = new Map(own.map((step) => [placeOf({ type: "", ...step.newState, urn: step.urn }), step]));
        const differences = recorded.flatMap((resource) => {
          const step = byPlace.get(placeOf(resource));
          return step === undefined
            ? [`${resource.urn} has no step`]
            : inputDifferences(resource, step, clouds.google !== undefined);
        });
        assert.deepEqual(
          differences.filter((line) => !echoed.test(line)),
          [],
        );
        assert.equal(changeSummary.create, steps.length, "everything is to be created");
      });

      it("passes Google's own provider, which asks for nothing outside this machine but whose token it has", function () {
        if (clouds.google === undefined) this.skip();
        const judged = preview.steps.filter(isGoogle);
        for (const { newState, urn } of judged) {
          // Only a real provider notes which inputs are its own defaults.
          assert.ok("__defaults" in (newState?.inputs ?? {}), urn);
          types.add(newState!.type);
        }
        const { refused } = clouds.google;
        assert.deepEqual(
          [...refused].filter((host) => host !== identityHost),
          [],
        );
        const own = new Set(judged.map(({ newState }) => newState?.type));
        process.stdout.write(`        ${judged.length} resources of ${own.size} types, nothing refused\n`);
      });
    });
  }

  // After both stacks: a suite's own tests come before those of the suites in it.
  describe("of both", () => {
    it("had just the types judged by Google's own provider of which the documentation says so", function () {
      if (clouds.google === undefined) this.skip();
      const told = judgesInDocs("gcp").filter(([, judge]) => /\bprovider\b/.test(judge));
      assert.ok(types.size > 0);
      assert.deepEqual(
        [...types].sort(),
        told.map(([type]) => type),
      );
    });
  });
});
