import assert from "node:assert/strict";
import { existsSync, mkdtempSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeClusters, downOnClusters, upOnClusters, type Contexts } from "../../cli/local/existing.js";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { platformFolder, stopPlatform } from "../../operations/local/platform.js";
import { stopRegions, twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
import type { ChartMirror } from "./support/chart-mirror.js";
import { writeKubeconfig } from "./support/kubeconfig.js";
import { mirroredConfig, stackFile } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";
import { prepareCluster } from "./support/volumes.js";

const NAME = `test-existing-${process.pid}`;

describe("local up on clusters of one's own, by the real engine", function () {
  this.timeout(600_000);
  let regions: TwoRegions;
  let mirror: ChartMirror;
  let config: Readonly<Record<string, unknown>>;
  let given: Contexts;
  const folder = mkdtempSync(join(tmpdir(), "agent-platform-existing-"));

  const up = async () => await upOnClusters(NAME, given, stackFile("local", config));
  const namespaces = async () =>
    await Promise.all(regions.both.map(async ({ api }) => await api.list("v1", "Namespace")));

  before(async function () {
    await requireEngine(this, ["kubernetes", "random"]);
    regions = await twoRegions();
    await Promise.all(regions.both.map(prepareCluster));
    ({ mirror, config } = await mirroredConfig("local"));
    given = { kubeconfig: join(folder, "kubeconfig"), contexts: ["kind-a", "kind-b"] };
    await writeKubeconfig(
      given.kubeconfig,
      regions.both.map(({ kubeconfigFile }) => kubeconfigFile),
    );
  });

  after(async () => {
    (mirror as ChartMirror | undefined)?.stop();
    await stopPlatform(NAME);
    await stopRegions();
    await rm(folder, { recursive: true, force: true });
  });

  it("says all that keeps clusters from being used, and makes nothing", async () => {
    const wrong = { ...given, contexts: ["kind-a", "kind-x", "kind-y"] };
    await assert.rejects(upOnClusters(NAME, wrong, stackFile("local", config)), (thrown) => {
      assert.ok(thrown instanceof PlatformError);
      assert.equal(thrown.exitCode, ExitCode.configuration);
      const said = thrown.faults.map(({ path, rule }) => `${path}: ${rule}`).join("\n");
      assert.match(said, /^--context: must be given once for each region of the stack local \(local-a, local-b\)/m);
      assert.match(said, /has no cluster for context kind-x$/m);
      assert.match(said, /has no cluster for context kind-y$/m);
      return true;
    });
    assert.equal(existsSync(platformFolder(NAME)), false);
  });

  it("deploys the stack, charts and all, and then has nothing to change", async () => {
    const { create = 0 } = await up();
    assert.ok(create > 100, `${create} resources were created`);
    assert.deepEqual(Object.keys(await up()), ["same"]);
    const passphrase = join(platformFolder(NAME), "engine", "passphrase");
    assert.equal(statSync(passphrase).mode & 0o077, 0, "others may read the passphrase");
    process.stdout.write(`    ${create} resources on two clusters by their contexts; the second up changes nothing\n`);
  });

  it("shows what runs on each", async () => {
    const described = await describeClusters(given);
    assert.deepEqual(
      described.map(({ region, context, serves }) => [region, context, serves]),
      [
        ["local-a", "kind-a", true],
        ["local-b", "kind-b", true],
      ],
    );
    for (const { workloads } of described) {
      assert.deepEqual(
        workloads.find(({ name }) => name === "agent-memory-service"),
        { name: "agent-memory-service", ready: 2, wanted: 2 },
      );
    }
  });

  it("deletes nothing unless told so, then everything, databases too", async () => {
    const before = await namespaces();
    const { found, deleted } = await downOnClusters(NAME, false);
    assert.ok(found > 100, `${found} resources`);
    assert.equal(deleted, 0);
    assert.deepEqual(
      (await namespaces()).map((all) => all.length),
      before.map((all) => all.length),
    );
    const ended = await downOnClusters(NAME, true);
    assert.ok(ended.deleted >= found, `${ended.deleted} of ${found} were deleted`);
    for (const all of await namespaces()) {
      const left = all.filter(({ metadata }) => metadata.name === "agent-memory" && !("deletionTimestamp" in metadata));
      assert.deepEqual(left, []);
    }
  });
});
