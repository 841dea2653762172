import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../support/counts.js";
import { CloudProvider } from "./support/cloud-provider.js";
import { Engine } from "./support/engine.js";
import { PlatformStack } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";

const pack = join(__dirname, "..", "..", "policy");

describe("the policy pack in the real engine's preview", function () {
  this.timeout(180_000);
  const aws = new CloudProvider("aws");
  const gcp = new CloudProvider("gcp");

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    if (!existsSync(join(pack, "PulumiPolicy.yaml"))) skip(this, "there is no policy pack in policy/");
  });

  after(() => {
    aws.stop();
    gcp.stop();
  });

  it("passes production", async () => {
    const platform = await PlatformStack.create("production", { standIns: ["aws", "gcp"] });
    try {
      const config = join(pack, "config", "production.json");
      const { exitCode, stdout } = await platform.engine.tryPreview(
        "--policy-pack",
        pack,
        "--policy-pack-config",
        config,
      );
      assert.deepEqual(stdout.match(/\[mandatory\].*/g) ?? [], []);
      assert.match(stdout, /agent-platform-readiness@v/);
      assert.equal(exitCode, 0);
    } finally {
      platform.dispose();
    }
  });

  it("stops a program whose bucket is not encrypted, backed up or private", async () => {
    const engine = await Engine.create({
      program: join(__dirname, "fixtures", "tiny"),
      stack: "production",
      attached: { aws: await aws.start(), gcp: await gcp.start() },
      config: { "gcp:project": "example-project" },
    });
    try {
      const { exitCode, stdout } = await engine.tryPreview("--policy-pack", pack);
      assert.notEqual(exitCode, 0);
      for (const check of ["bucket-public-access", "bucket-encryption", "bucket-lock", "bucket-versioning"]) {
        assert.match(stdout, new RegExp(`\\[mandatory\\].*${check} .*vault`));
      }
    } finally {
      engine.dispose();
    }
  });
});
