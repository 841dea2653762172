import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "../support/counts.js";
import { installPack } from "../support/policy-package.js";
import { CloudProvider } from "./support/cloud-provider.js";
import { Engine } from "./support/engine.js";
import { previewClouds } from "./support/google.js";
import { PlatformStack } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";

const pack = join(__dirname, "..", "..", "policy");

describe("the policy pack in the real engine's preview", function () {
  this.timeout(180_000);
  const aws = new CloudProvider("aws");
  const gcp = new CloudProvider("gcp");

  let attached: Readonly<Record<string, number>>;

  const tiny = (): Promise<Engine> =>
    Engine.create({
      program: join(__dirname, "fixtures", "tiny"),
      stack: "production",
      attached,
      config: { "gcp:project": "example-project" },
    });

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    if (!existsSync(join(pack, "PulumiPolicy.yaml"))) skip(this, "there is no policy pack in policy/");
    attached = { aws: await aws.start(), gcp: await gcp.start() };
  });

  after(() => {
    aws.stop();
    gcp.stop();
  });

  it("passes production", async () => {
    const clouds = await previewClouds();
    const platform = await PlatformStack.create("production", clouds);
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
      clouds.google?.stop();
    }
  });

  it("is loaded from its package too, where only that is installed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "installed-pack-"));
    const installed = await installPack(folder);
    const engine = await tiny();
    try {
      const { exitCode, stdout } = await engine.tryPreview("--policy-pack", installed.folder);
      assert.notEqual(exitCode, 0);
      assert.match(stdout, /agent-platform-readiness@v/);
      assert.match(stdout, /\[mandatory\].*bucket-encryption .*vault/);
    } finally {
      engine.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("stops a program whose bucket is not encrypted, backed up or private", async () => {
    const engine = await tiny();
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
