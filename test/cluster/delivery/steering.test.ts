import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommand, type CommandResult } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import type { DeliveryStatus, RegionStatus } from "../../../operations/rollout/status.js";
import { skip } from "../../support/counts.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions, type TwoRegions } from "../cluster.js";
import { Stand } from "./stand.js";

const ROOT = join(__dirname, "..", "..", "..");
const NAMESPACE = "steered";
/** Long enough that nothing goes on by itself while the test looks. */
const HOLD = "10m";

describe("rollout commands against two real regions", function () {
  this.timeout(15 * 60_000);
  let regions: TwoRegions;
  const stands: Stand[] = [];

  const rollout = async (...args: string[]): Promise<CommandResult> => {
    const { primary, secondary } = regions;
    const targets = [
      `--primary=us-east-1=${primary.kubeconfigFile}`,
      `--secondary=us-west1=${secondary.kubeconfigFile}`,
    ];
    return await runCommand(
      process.execPath,
      ["--import", "tsx", "cli/main.ts", "rollout", ...args, ...targets, "--namespace", NAMESPACE, "--interval", "0.5"],
      { cwd: ROOT, allowExitCodes: [1, 2, 4, 9] },
    );
  };
  const statuses = async (): Promise<RegionStatus[]> =>
    JSON.parse((await rollout("status", "--json")).stdout) as RegionStatus[];
  const both = async (): Promise<DeliveryStatus[]> => (await statuses()) as DeliveryStatus[];

  before(async function () {
    const { path, missing } = await ensurePackage("prometheus", "prometheus");
    if (missing !== undefined) skip(this, missing);
    regions = await twoRegions();
    await Promise.all(regions.both.map(rolloutsController));
    const opened = regions.both.map(
      async (region) =>
        await Stand.open({
          region,
          namespace: NAMESPACE,
          prometheusProgram: path,
          strategy: "progressive",
          tuning: { hold: HOLD },
        }),
    );
    stands.push(...(await Promise.all(opened)));
  });
  after(async () => {
    await Promise.all(stands.map((stand) => stand.close()));
  });

  const deploy = async (tag: string): Promise<void> => {
    await Promise.all(stands.map((stand) => stand.deploy(tag)));
    for (const stand of stands) {
      const trail = await stand.follow();
      await trail.until(5);
      trail.stop();
    }
  };

  it("status tells stage, weights and time left of both regions, exit code 0", async () => {
    await deploy("2.0.0");
    for (const status of await both()) {
      assert.deepEqual(
        [status.strategy, status.stage, status.weights, status.parked],
        ["progressive", "canary-5 (1 of 4)", { stable: 95, canary: 5 }, undefined],
      );
      assert.ok((status.secondsLeft ?? 0) > 1500 && (status.secondsLeft ?? 0) <= 1803, String(status.secondsLeft));
    }
    const table = await rollout("status");
    assert.equal(table.exitCode, 0);
    assert.match(table.stdout, /us-east-1.*progressive.*canary-5/);
  });

  it("pause parks both regions, promote takes them on, secondary first", async () => {
    assert.equal((await rollout("pause")).exitCode, 0);
    const parked = await poll(
      async () => ((await both()).every((status) => status.parked === "approval") ? true : undefined),
      { what: "both regions to be paused", timeoutMs: 30_000 },
    );
    assert.equal(parked, true);
    const resumed = await rollout("promote", "--json");
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    const order = (JSON.parse(resumed.stdout) as { region: string }[]).map(({ region }) => region);
    assert.deepEqual(order, ["us-west1", "us-east-1"]);
    assert.ok((await both()).every(({ parked: by }) => by === undefined));
  });

  it("promote --full and wait deliver both regions, exit code 0", async () => {
    const promoted = await rollout("promote", "--full");
    assert.equal(promoted.exitCode, 0, promoted.stderr);
    const waited = await rollout("wait", "--timeout", "90");
    assert.equal(waited.exitCode, 0, waited.stderr);
    assert.equal(waited.stdout.trim(), "delivered in us-west1, us-east-1");
    for (const status of await both()) {
      assert.deepEqual([status.phase, status.image.split(":").at(-1)], ["Healthy", "2.0.0"]);
    }
  });

  it("abort sends all traffic back, and wait fails on it with exit code 4", async () => {
    await deploy("2.0.1");
    assert.equal((await rollout("abort")).exitCode, 0);
    for (const stand of stands) await stand.untilPhase("Degraded");
    const waited = await rollout("wait", "--timeout", "60");
    assert.equal(waited.exitCode, 4);
    assert.match(waited.stderr, /in us-west1 failed: aborted.*\(not waited for: us-east-1\)/);
    assert.ok((await both()).every(({ weights }) => weights.canary === 0));
  });

  it("wait times out with exit code 9", async () => {
    await deploy("2.0.2");
    assert.equal((await rollout("wait", "--timeout", "2")).exitCode, 9);
  });

  it("answers for the region that is up, and says which was not reached", async () => {
    await regions.secondary.processes.apiServer.stop();
    try {
      const answer = await rollout("status", "--json");
      assert.equal(answer.exitCode, 4);
      const [primary, secondary] = JSON.parse(answer.stdout) as [DeliveryStatus, { region: string; unreached: string }];
      assert.deepEqual([primary.region, primary.stage], ["us-east-1", "canary-5 (1 of 4)"]);
      assert.equal(secondary.region, "us-west1");
      assert.match(answer.stderr, /not reached: us-west1: .*ECONNREFUSED/);
      const aborted = await rollout("abort");
      assert.equal(aborted.exitCode, 4);
      await stands[0]!.untilPhase("Degraded");
    } finally {
      await regions.secondary.restartApiServer();
    }
  });
});
