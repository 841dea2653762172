import assert from "node:assert/strict";
import { poll } from "../../../common/poll.js";
import { count } from "../../support/counts.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";
import { Scenarios } from "./ahead.js";
import { Recipients } from "./notifications.js";
import {
  applyInMidRollout,
  breach,
  deployBlind,
  deployInARow,
  deployMissingImage,
  deployUnparsed,
  killController,
  losePrometheus,
  type Outcome,
} from "./scenarios.js";
import type { Stand } from "./stand.js";
import { requireProgram } from "../../support/servers/programs.js";

const ONE_ROLLOUT = [5, 25, 50, 100, 0];
const INTERVAL_MS = 1000;
const ROUNDS = count(2, 20);

const breaches = [
  { stage: 5, fault: { errorRatio: 0.2 }, name: "errors" },
  { stage: 25, fault: { latencySeconds: 4 }, name: "latency" },
  { stage: 50, fault: { errorRatio: 0.05 }, name: "errors" },
  { stage: 100, fault: { errorRatio: 0.05 }, name: "errors" },
] as const;

const blindfolds: Record<string, (stand: Stand) => void | Promise<void>> = {
  absent: (stand) => stand.metrics.behave("canary", { exposed: false }),
  nan: (stand) => stand.metrics.behave("canary", { requestsPerSecond: 0 }),
  scarce: (stand) => stand.metrics.behave("canary", { requestsPerSecond: 0.05 }),
  stale: async (stand) => await stand.metrics.stop(),
};

/** No data from the start and data that stops late; the soak run has every kind of blindness in every stage. */
const blind = count(
  [
    { name: "absent", stage: 5 },
    { name: "stale", stage: 50 },
  ],
  Object.keys(blindfolds).flatMap((name) => [5, 25, 50].map((stage) => ({ name, stage }))),
);

const UNPARSED = { name: "unparsed", query: "sum(rate(x[5m])", max: 1 };
const TOKEN = "token-of-the-test";

/** The shares of one rollout up to a stage. */
const reached = (stage: number): number[] => ONE_ROLLOUT.slice(0, ONE_ROLLOUT.indexOf(stage) + 1);
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

describe("progressive delivery on a real rollouts controller and a real Prometheus", function () {
  this.timeout(20 * 60_000);
  const scenarios: Scenarios[] = [];
  const recipients = new Recipients();
  const outcomes = new Map<string, () => Promise<Outcome & Partial<Seen>>>();

  before(async function () {
    const path = await requireProgram(this, "prometheus");
    const { primary, secondary, both } = await twoRegions();
    await recipients.start();
    await recipients.subscribe(primary.api);
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
    outcomes.set("unparsed", inPrimary.start("unparsed", deployUnparsed, { metrics: [UNPARSED] }));
    for (const { stage, fault } of breaches) {
      outcomes.set(
        `breach-${stage}`,
        // Production does not hold at 100 %; here it does, for the breach to find it there.
        inPrimary.start(`breach-${stage}`, async (stand) => await breach(stand, stage, fault), { lastHold: "3s" }),
      );
    }
    for (const { name, stage } of blind) {
      outcomes.set(
        `${name}-${stage}`,
        inPrimary.start(`blind-${name}-${stage}`, async (stand) => await deployBlind(stand, stage, blindfolds[name]!)),
      );
    }
  });

  after(async () => {
    await Promise.all(scenarios.map((of) => of.close()));
    await recipients.stop();
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
      assert.deepEqual(shares(outcome), [0, ...reached(stage), 0]);
      assertSums(outcome);
      assert.equal(outcome.rollout.status?.abort, true);
      const took = Math.round(outcome.splits.at(-1)!.at - outcome.seen!);
      assert.ok(took <= INTERVAL_MS + 5000, `took ${took} ms`);
      process.stdout.write(`    all traffic back ${took} ms after a query first showed it\n`);
    });
  }

  it("warns of the rollback by the controller's own webhook, Slack and e-mail, naming the deployment", async () => {
    await outcomes.get("breach-5")!();
    const deployment = "breach-5/agent-memory-service";
    const { webhook, slack, mail } = await poll(
      () => {
        const warned = recipients.warningsOf(deployment);
        return warned.webhook && warned.slack && warned.mail ? warned : undefined;
      },
      { what: `warnings of ${deployment} at webhook, Slack and mailbox`, timeoutMs: 60_000 },
    );
    assert.equal(webhook?.severity, "warning");
    assert.deepEqual([slack?.call, slack?.channel, slack?.token], ["/api/chat.postMessage", "oncall", TOKEN]);
    assert.deepEqual([mail?.from, mail?.to], ["rollouts@example.com", "oncall@example.com"]);
    assert.match(mail?.data ?? "", /^Subject: Warning: agent-memory-service was aborted/m);
  });

  for (const { name, stage } of blind) {
    it(`never promotes on ${name} metrics at ${stage} %: the stage's gate is inconclusive and the rollout stands still`, async () => {
      const outcome = await outcomes.get(`${name}-${stage}`)!();
      assert.deepEqual(shares(outcome), [0, ...reached(stage)]);
      assert.equal(outcome.rollout.status?.pauseConditions?.[0]?.reason, "InconclusiveAnalysisRun");
    });
  }

  it("never promotes on a query that does not parse: it rolls back", async () => {
    const outcome = await outcomes.get("unparsed")!();
    assert.deepEqual(shares(outcome), [0, 5, 0]);
    assert.equal(outcome.rollout.status?.abort, true);
    assert.match(outcome.rollout.status.message ?? "", /unparsed/);
  });

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
