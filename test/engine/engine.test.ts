import assert from "node:assert/strict";
import { join } from "node:path";
import { CloudProvider } from "./support/cloud-provider.js";
import { Engine } from "./support/engine.js";
import { requireEngine } from "./support/requirements.js";

describe("the engine's life cycle, with clouds that speak the provider protocol", function () {
  this.timeout(120_000);
  const clouds = [new CloudProvider("aws"), new CloudProvider("gcp")];
  let engine: Engine;

  before(async function () {
    await requireEngine(this, ["random"]);
    const ports = await Promise.all(clouds.map(async (cloud) => [cloud.name, await cloud.start()] as const));
    engine = await Engine.create({
      program: join(__dirname, "fixtures", "tiny"),
      stack: "dev",
      attached: Object.fromEntries(ports),
      config: { "gcp:project": "example-project" },
    });
  });

  after(() => {
    for (const cloud of clouds) cloud.stop();
    (engine as Engine | undefined)?.dispose();
  });

  const held = () => clouds.flatMap((cloud) => [...cloud.resources.values()].map((resource) => resource.name)).sort();

  it("loads a TypeScript program without a type check, and previews values that are not known yet", async () => {
    const preview = await engine.preview();
    const copy = preview.steps.find((step) => step.urn.endsWith("::copy"));
    assert.equal(preview.changeSummary.create, 5);
    assert.equal(copy?.newState?.type, "gcp:storage/bucket:Bucket");
    assert.equal(copy.newState.inputs?.name, "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "the name is unknown in preview");
    assert.deepEqual(held(), [], "a preview creates nothing");
  });

  it("creates everything once, and has nothing to do the second time", async () => {
    assert.deepEqual(await engine.up(), { create: 5 });
    assert.deepEqual(held(), ["copy", "vault"]);
    assert.deepEqual(await engine.up(), { same: 5 });
    const outputs = await engine.outputs();
    assert.match(String(outputs.vaultArn), /^arn:aws:s3:::vault-/);
    assert.equal((outputs.zones as string[]).length, 4);
  });

  it("updates only what the configuration changed", async () => {
    engine.configure({ "tiny:team": "memory" });
    assert.deepEqual(await engine.up(), { same: 4, update: 1 });
  });

  it("refuses to destroy while a resource is protected, then destroys", async () => {
    const refusal = await engine.tryDestroy();
    assert.notEqual(refusal.exitCode, 0);
    assert.match(refusal.stdout, /Bucket::vault" cannot be deleted\s+because it is protected/);
    assert.deepEqual(held(), ["copy", "vault"], "the refusal comes before anything is deleted");
    await engine.unprotectAll();
    await engine.destroy();
    assert.deepEqual(held(), []);
  });
});
