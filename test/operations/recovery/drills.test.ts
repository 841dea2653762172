import { strict as assert } from "node:assert";
import { join } from "node:path";
import { openCluster } from "../../../operations/recovery/cluster.js";
import { drillCorruption } from "../../../operations/recovery/drill/corruption.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { drillFailBack } from "../../../operations/recovery/drill/fail-back.js";
import { drillOutage } from "../../../operations/recovery/drill/outage.js";
import { storeDrill, type DrillResult } from "../../../operations/recovery/drill/result.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import { stateOf } from "../../../operations/recovery/run/record.js";
import { count, skip, soak } from "../../support/counts.js";
import { deployService, NAMESPACE } from "../../support/recovery/one-cluster.js";
import { checkBreach, standInPulumi } from "../../support/recovery/breach.js";
import { needsPostgres } from "../../support/recovery/stand.js";
import { startObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { stopRegions, twoRegions } from "../../support/servers/region/regions.js";

/** Prints what a drill measured beside its objectives. */
function say(what: string, { rtoSeconds, rtoTargetSeconds, rpoSeconds, rpoTargetSeconds, client }: DrillResult): void {
  const { acknowledged, lost, refused, failed, longestGapSeconds } = client;
  process.stdout.write(
    `      ${what}: RTO ${rtoSeconds ?? "?"} s of ${rtoTargetSeconds}, RPO at most ${rpoSeconds ?? "?"} s of ${rpoTargetSeconds}\n` +
      `      client: ${acknowledged} acknowledged, ${lost} of them lost, ${refused} refused plainly, ${failed} failed; longest gap ${longestGapSeconds} s\n`,
  );
}

describe("recovery drills", function () {
  this.timeout(900_000);
  const options = (name: string, folder: string) => ({
    files: new RunFiles(join(folder, "state"), "production"),
    by: "oncall@example.com",
    runId: `20261124-000000-${name}-test`,
  });

  before(async function () {
    this.timeout(600_000);
    await needsPostgres(this);
  });
  after(async function () {
    this.timeout(60_000);
    await stopRegions();
  });

  it("region outage, two real control planes, the primary killed: traffic and writes go to the standby in time, and back", async () => {
    const { primary, secondary } = await twoRegions();
    for (const { api } of [primary, secondary]) await deployService(api);
    const folder = await temporaryFolder("drill");
    // 30 s of detection as in production at full counts; test-sized otherwise.
    const detection = { intervalSeconds: count(1, 10), failures: 3 };
    const standOptions = {
      folder,
      stack: "production",
      primary: "us-east-1",
      standby: "us-west1",
      detection,
      ttlSeconds: 5,
      kubeconfigs: { "us-east-1": primary.kubeconfigFile, "us-west1": secondary.kubeconfigFile },
      onLoss: async () => await primary.processes.apiServer.stop(),
    };
    let whole = false;
    const { result, record, stand } = await drillOutage(standOptions, options("region-outage", folder));
    try {
      assert.equal(stateOf(record).status, "completed", stateOf(record).stop?.reason);
      assert.equal(stand.answers, "standby");
      const limit = detection.intervalSeconds * detection.failures + 60;
      assert.ok(result.passed, JSON.stringify(result));
      assert.ok((result.automatedSeconds ?? Infinity) <= limit, `${result.automatedSeconds ?? 0} s of ${limit}`);
      const cluster = await openCluster(stand.site.regions["us-west1"]!, NAMESPACE);
      const state = (await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name: "recovery-state" })) as
        { data?: Record<string, string> } | undefined;
      assert.equal(state?.data?.primary_region, "us-west1");
      const missed = await storeDrill(stand.site, result);
      assert.equal(missed.length, 1, "the region that is lost cannot keep the result, the other one must");
      const kept = (await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name: "drill-region-outage" })) as
        { data?: Record<string, string> } | undefined;
      assert.equal((JSON.parse(kept?.data?.["drill.json"] ?? "{}") as { run?: string }).run, result.run);
      say(`automated ${result.automatedSeconds ?? "?"} s of ${limit}`, result);
      // Refused plainly where the answer came between flip and promotion, failed before; a fast promotion leaves only the
      // latter.
      assert.ok(result.client.refused + result.client.failed > 0, "the client met the outage");

      await primary.restartApiServer();
      whole = true;
      const back = await drillFailBack({ stand }, standOptions, options("fail-back", folder));
      assert.equal(stateOf(back.record).status, "completed", stateOf(back.record).stop?.reason);
      assert.equal(stand.answers, "primary");
      // Planned work: the last write of the old primary is waited for, so that none is lost.
      assert.equal(back.result.client.lost, 0, JSON.stringify(back.result));
      assert.ok(back.result.passed, JSON.stringify(back.result));
      assert.equal(
        typeof stateOf(back.record).facts.lastWrite,
        "string",
        "nobody asked how far the old primary had written",
      );
      say("the way back", back.result);
    } finally {
      await stand.stop();
      if (!whole) await primary.restartApiServer();
    }
  });

  /** What a breach is about besides the data: a service to isolate, and credentials to rotate. */
  async function prepareBreach(folder: string): Promise<{ readonly kubeconfig: string }> {
    const { primary } = await twoRegions();
    await deployService(primary.api, 2);
    await standInPulumi(folder);
    return { kubeconfig: primary.kubeconfigFile };
  }

  for (const plan of ["database-corruption", "security-breach", "data-loss"] as const) {
    it(`${plan} on a real PostgreSQL: no good row from before the damage is lost`, async function () {
      const barman = await ensurePackage("barman-cli-cloud", "barman-cloud-backup");
      if (barman.missing !== undefined) skip(this, barman.missing);
      if (plan === "data-loss" && !soak) skip(this, "the same restore as database-corruption: at full counts");
      const folder = await temporaryFolder("drill");
      const store = await startObjectStore(folder, ["vault"]);
      Object.assign(process.env, store.env);
      try {
        const repository = { uri: "s3://vault/drill", endpoint: store.endpoint };
        const breach = plan === "security-breach" ? await prepareBreach(folder) : {};
        const done = await drillCorruption(
          { folder, stack: "production", region: "us-east-1", plan, repository, ...breach },
          options(plan, folder),
        );
        if (plan === "security-breach") await checkBreach((await twoRegions()).primary, done.record, folder);
        assert.equal(stateOf(done.record).status, "completed", stateOf(done.record).stop?.reason);
        assert.ok(done.goodRows > 0);
        assert.equal(done.goodRowsAfter, done.goodRows);
        assert.equal(done.badRowsAfter, 0);
        assert.ok(done.result.passed, JSON.stringify(done.result));
        process.stdout.write(
          `      ${done.goodRows} good rows before the damage, ${done.goodRowsAfter} after; RTO ${done.result.rtoSeconds ?? "?"} s of ${done.result.rtoTargetSeconds}, RPO ${done.result.rpoSeconds ?? "?"} s of ${done.result.rpoTargetSeconds}\n`,
        );
      } finally {
        await store.process.stop();
      }
    });
  }
});
