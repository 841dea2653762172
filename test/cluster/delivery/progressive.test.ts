import assert from "node:assert/strict";
import { poll } from "../../../common/poll.js";
import { count, skip } from "../../support/counts.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";
import { Webhook } from "../../support/servers/webhook.js";
import { applyNotifications, type Warning } from "./notifications.js";
import {
  applyInMidRollout,
  breach,
  deployBlind,
  deployInARow,
  deployMissingImage,
  killController,
  losePrometheus,
  type Outcome,
} from "./scenarios.js";
import { Stand, type StandOptions } from "./stand.js";

const ONE_ROLLOUT = [5, 25, 50, 100, 0];
const INTERVAL_MS = 1000;
const ROUNDS = count(2, 20);

const breaches = [
  { stage: 5, fault: { errorRatio: 0.2 }, name: "errors" },
  { stage: 25, fault: { latencySeconds: 4 }, name: "latency" },
  { stage: 50, fault: { errorRatio: 0.05 }, name: "errors" },
] as const;

const blindfolds: Record<string, (stand: Stand) => void | Promise<void>> = {
  absent: (stand) => stand.metrics.behave("canary", { exposed: false }),
  nan: (stand) => stand.metrics.behave("canary", { requestsPerSecond: 0 }),
  stale: async (stand) => await stand.metrics.stop(),
};

const shares = ({ splits }: Outcome): number[] => splits.map(({ canary }) => canary);

function assertSums({ splits }: Outcome): void {
  for (const { stable, canary } of splits) assert.equal(stable + canary, 100);
}

/** What some scenarios see beside their rollout. */
interface Seen {
  readonly seen: number;
  readonly whileDead: number;
  readonly versions: readonly (string | undefined)[];
  readonly refusal: { readonly status: number; readonly message: string };
}

/** Rollouts take their time without much work, so a few run at once, each in a namespace of its own. */
const LANES = 4;

/** Scenarios that run ahead of the tests which look at their outcomes. */
class Scenarios {
  private readonly stands: Stand[] = [];
  private readonly lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  private started = 0;

  constructor(private readonly options: Omit<StandOptions, "namespace">) {}

  start<T>(namespace: string, run: (stand: Stand) => Promise<T>, timing?: StandOptions["timing"]): () => Promise<T> {
    const lane = this.started % LANES;
    this.started += 1;
    const outcome = this.lanes[lane]!.then(async () => {
      const stand = await Stand.open({ ...this.options, namespace, ...(timing && { timing }) });
      this.stands.push(stand);
      return await run(stand);
    });
    // The test that awaits it tells of its failure.
    this.lanes[lane] = outcome.catch(() => undefined);
    return () => outcome;
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes);
    await Promise.all(this.stands.map((stand) => stand.close()));
  }
}

describe("progressive delivery on a real rollouts controller and a real Prometheus", function () {
  this.timeout(20 * 60_000);
  const scenarios: Scenarios[] = [];
  const webhook = new Webhook<Warning>();
  const outcomes = new Map<string, () => Promise<Outcome & Partial<Seen>>>();

  before(async function () {
    const { path, missing } = await ensurePackage("prometheus", "prometheus");
    if (missing !== undefined) skip(this, missing);
    const { primary, secondary, both } = await twoRegions();
    await applyNotifications(primary.api, await webhook.start());
    const [, controller] = await Promise.all(both.map(rolloutsController));
    const common = { prometheusProgram: path, strategy: "progressive" } as const;
    const inPrimary = new Scenarios({ ...common, region: primary });
    const inSecondary = new Scenarios({ ...common, region: secondary });
    scenarios.push(inPrimary, inSecondary);
    outcomes.set(
      "killed",
      inSecondary.start("killed", async (stand) => await killController(stand, controller!)),
    );
    outcomes.set(
      "healthy",
      inPrimary.start("healthy", async (stand) => await deployInARow(stand, ROUNDS)),
    );
    outcomes.set("applied", inPrimary.start("applied-again", applyInMidRollout));
    outcomes.set("prometheus", inPrimary.start("prometheus-down", losePrometheus));
    outcomes.set("image", inPrimary.start("missing-image", deployMissingImage, { progressDeadline: "15s" }));
    for (const { stage, fault } of breaches) {
      outcomes.set(
        `breach-${stage}`,
        inPrimary.start(`breach-${stage}`, async (stand) => await breach(stand, stage, fault)),
      );
    }
    for (const [name, blindfold] of Object.entries(blindfolds)) {
      outcomes.set(
        name,
        inPrimary.start(`blind-${name}`, async (stand) => await deployBlind(stand, blindfold)),
      );
    }
  });

  after(async () => {
    await Promise.all(scenarios.map((of) => of.close()));
    await webhook.stop();
  });

  it(`takes ${ROUNDS} versions in a row from 0 over 5, 25, 50 and 100 %, and nowhere else`, async () => {
    const outcome = await outcomes.get("healthy")!();
    assert.deepEqual(shares(outcome), [0, ...Array.from({ length: ROUNDS }, () => ONE_ROLLOUT).flat()]);
    assertSums(outcome);
    for (const [index, split] of outcome.splits.slice(1, 4).entries()) {
      const held = outcome.splits[index + 2]!.at - split.at;
      assert.ok(held >= 3000, `${split.canary} % held for ${Math.round(held)} ms`);
    }
  });

  for (const { stage, name } of breaches) {
    it(`sends all traffic back within an interval and 5 s of a breach by ${name} at ${stage} %`, async () => {
      const outcome = await outcomes.get(`breach-${stage}`)!();
      const reached = ONE_ROLLOUT.slice(0, ONE_ROLLOUT.indexOf(stage) + 1);
      assert.deepEqual(shares(outcome), [0, ...reached, 0]);
      assertSums(outcome);
      assert.equal(outcome.rollout.status?.abort, true);
      const took = Math.round(outcome.splits.at(-1)!.at - outcome.seen!);
      assert.ok(took <= INTERVAL_MS + 5000, `took ${took} ms`);
      process.stdout.write(`    all traffic back ${took} ms after a query first showed it\n`);
    });
  }

  it("warns of the rollback through the controller's own notifications, naming the deployment", async () => {
    await outcomes.get("breach-5")!();
    const deployment = "breach-5/agent-memory-service";
    const warning = await poll(
      () => webhook.received.find((of) => of.deployment === deployment && of.event.startsWith("was aborted")),
      { what: `a warning of ${deployment} (so far ${JSON.stringify(webhook.received)})`, timeoutMs: 60_000 },
    );
    assert.equal(warning.severity, "warning");
  });

  for (const name of Object.keys(blindfolds)) {
    it(`never promotes on ${name} metrics: the first stage's gate is inconclusive and the rollout stands still`, async () => {
      const outcome = await outcomes.get(name)!();
      assert.deepEqual(shares(outcome), [0, 5]);
      assert.equal(outcome.rollout.status?.pauseConditions?.[0]?.reason, "InconclusiveAnalysisRun");
    });
  }

  it("rolls back when Prometheus is down", async () => {
    const outcome = await outcomes.get("prometheus")!();
    assert.deepEqual(shares(outcome), [0, 5, 0]);
    assert.equal(outcome.rollout.status?.abort, true);
  });

  it("leaves all traffic on the stable version when the new image does not exist, and stops the rollout", async () => {
    const outcome = await outcomes.get("image")!();
    assert.deepEqual(shares(outcome), [0]);
    assert.equal(outcome.rollout.status?.abort, true);
  });

  it("keeps its weights when everything else is applied again in mid-rollout", async () => {
    const outcome = await outcomes.get("applied")!();
    assert.deepEqual(shares(outcome), [0, ...ONE_ROLLOUT]);
    const [before, after] = outcome.versions!;
    assert.ok(before !== undefined && before === after, `${before ?? "none"} and ${after ?? "none"}`);
    assert.equal(outcome.refusal?.status, 409);
    assert.match(outcome.refusal.message, /conflict with "rollouts-controller[^"]*".*\.spec\.http/s);
  });

  it("stands still while the controller is dead, and goes on when it is back", async () => {
    const outcome = await outcomes.get("killed")!();
    assert.equal(outcome.whileDead, 0);
    assert.deepEqual(shares(outcome), [0, ...ONE_ROLLOUT]);
  });
});
