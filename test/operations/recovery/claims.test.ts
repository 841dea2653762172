import { strict as assert } from "node:assert";
import { mock } from "node:test";
import { throwSwitch } from "../../../operations/recovery/actions/traffic.js";
import { readLease, renewLease, writeLease } from "../../../operations/recovery/lease/lease.js";
import { LeaseKeeper } from "../../../operations/recovery/lease/keeper.js";
import { Claim } from "../../../operations/recovery/run/claim.js";
import { openPlace } from "../../../operations/recovery/site/places.js";
import type { Site } from "../../../operations/recovery/site/site.js";
import { poll } from "../../../common/poll.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";

import { context, site } from "../../support/recovery/context.js";
describe("claims, leases and switches on an S3 server", function () {
  this.timeout(600_000);
  let store: ObjectStore;
  const place = (path: string): { uri: string; endpoint: string } => ({
    uri: `s3://outside/${path}`,
    endpoint: store.endpoint,
  });
  before(async () => {
    store = await startObjectStore(await temporaryFolder("recovery-s3"), ["outside", "switch-us-west1"]);
    Object.assign(process.env, store.env);
  });
  after(async () => await store.process.stop());

  const wanted = (runId: string, over: readonly string[] = []) => ({
    stack: "production",
    plan: "region-outage",
    runId,
    by: `operator of ${runId}`,
    isOver: (id: string) => Promise.resolve(over.includes(id)),
  });

  it("give a plan to one of two operators who begin at once, and to the next only when that one has let go", async () => {
    const storage = openPlace(place("control"));
    const both = await Promise.allSettled([Claim.take(storage, wanted("a")), Claim.take(storage, wanted("b"))]);
    const won = both.filter((one) => one.status === "fulfilled");
    assert.equal(won.length, 1, "both have it, or neither");
    const claim = won[0]!.value;
    const holder = both[0].status === "fulfilled" ? "a" : "b";
    // The same process counts as dead here, so the claim is one of a run that nobody carries.
    await assert.rejects(Claim.take(storage, wanted("c")), new RegExp(`run ${holder} of region-outage.*is not over`));
    await (await Claim.take(storage, wanted("c", [holder]))).release(true);
    await claim.release(true);
    await (await Claim.take(storage, wanted("d"))).release(true);
  });

  it("move the lease by nobody but a recovery, and the keeper that lost it fences its region", async () => {
    const lease = place("lease/writer.json");
    const states: string[] = [];
    const keeper = new LeaseKeeper({
      place: lease,
      region: "us-east-1",
      ttlSeconds: 3,
      claimAbsent: true,
      fence: () => Promise.resolve(),
      release: () => Promise.resolve(),
      onChange: (state) => void states.push(state),
    });
    assert.equal(await renewLease(lease, { region: "us-west1", ttlSeconds: 3, claimAbsent: false }), undefined);
    keeper.start();
    try {
      await poll(() => (states.includes("holding") ? true : undefined), { what: "the lease", timeoutMs: 30_000 });
      assert.equal(await renewLease(lease, { region: "us-west1", ttlSeconds: 3, claimAbsent: true }), undefined);
      const { fencePrimary } = await import("../../../operations/recovery/actions/fence.js");
      const began = Date.now();
      const outcome = await fencePrimary.run(context(site({ lease })));
      // It waits for the whole of what was granted, with the clocks' difference, and never promotes before.
      assert.ok(Date.now() >= Date.parse(String(outcome.facts?.fencedFrom)), "it did not wait");
      assert.ok(Date.now() - began >= 3_000);
      assert.equal(states.at(-1), "fenced");
      assert.equal((await readLease(lease))?.lease.holder, "us-west1");
    } finally {
      keeper.stop();
    }
  });

  it("let the region be fenced when the store's clock says so, whatever the clocks of region and operator are", async () => {
    const { fencePrimary } = await import("../../../operations/recovery/actions/fence.js");
    const hour = 3_600_000;
    for (const [name, off] of [
      ["behind", -hour],
      ["ahead", hour],
    ] as const) {
      const lease = place(`lease/${name}.json`);
      const expiresAt = new Date(Date.now() + off + 1_000).toISOString();
      assert.ok(await writeLease(lease, { holder: "us-east-1", expiresAt, ttlSeconds: 1, epoch: 1 }));
      const began = performance.now();
      // This machine's clock is wrong too, by half a minute.
      const clock = mock.method(Date, "now", () => performance.timeOrigin + performance.now() + 30_000);
      try {
        const { summary } = await fencePrimary.run(context(site({ lease })));
        assert.match(summary, /this machine's clock is (29|30|31) s ahead of the store's/);
      } finally {
        clock.mock.restore();
      }
      // A second that was granted and five of grace; the store tells whole seconds.
      const waited = performance.now() - began;
      assert.ok(waited > 4_500 && waited < 30_000, `${Math.round(waited)} ms with the region's clock ${name}`);
      assert.equal((await readLease(lease))?.lease.holder, "us-west1");
    }
  });

  it("throw the switch in the bucket that answers while another is out of reach, and refuse where none does", async () => {
    const dead = { uri: "s3://switch-us-east-1", endpoint: "http://127.0.0.1:9" };
    const good = { uri: "s3://switch-us-west1", endpoint: store.endpoint };
    const of = site({});
    const [lost, standby] = [of.regions["us-east-1"]!, of.regions["us-west1"]!];
    const with_ = (places: readonly (typeof dead)[]): Site => ({
      ...of,
      regions: { "us-east-1": { ...lost, switch: places[0] }, "us-west1": { ...standby, switch: places[1] } },
    });
    const outcome = await throwSwitch.run(context(with_([dead, good])));
    assert.match(outcome.summary, /^switch of us-east-1 thrown in us-west1; not in s3:\/\/switch-us-east-1: /);
    assert.ok(await openPlace(good).readVersion("fail-away/us-east-1"));
    await assert.rejects(throwSwitch.run(context(with_([dead, dead]))), /could be thrown nowhere/);
  });

  it("say who may not, where the credentials are refused", async () => {
    const before = process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_SECRET_ACCESS_KEY = "wrong";
    try {
      await assert.rejects(Claim.take(openPlace(place("control")), wanted("e")), {
        name: "PlatformError",
        exitCode: 3,
      });
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = before;
    }
  });
});
