import { strict as assert } from "node:assert";
import { plans } from "../../../../operations/recovery/plans/index.js";
import { planSchema, type Plan } from "../../../../operations/recovery/plans/plan.js";
import { faultsOfPlan, parsePlan, runbookExists } from "../../../../operations/recovery/plans/validate.js";

const plan = (id: string): Plan => plans.find((one) => one.id === id)!;
const steps = (id: string): [string, number, string][] =>
  plan(id).steps.map(({ runbook, estimateMinutes, mode }) => [runbook, estimateMinutes, mode]);

describe("recovery plans", () => {
  it("are those of R10, and the way back", () => {
    assert.deepEqual(
      plans.map(({ id, rtoMinutes, rpoMinutes }) => [id, rtoMinutes, rpoMinutes]),
      [
        ["region-outage", 15, 5],
        ["database-corruption", 60, 15],
        ["security-breach", 240, 15],
        ["data-loss", 120, 15],
        ["fail-back", 15, 5],
      ],
    );
  });

  it("have the steps, estimates and modes of R10", () => {
    assert.deepEqual(steps("region-outage"), [
      ["verify-outage", 2, "automated"],
      ["dns-failover", 5, "automated"],
      ["verify-services", 3, "automated"],
      ["notify-stakeholders", 2, "automated"],
      ["monitor-recovery", 0, "manual"],
    ]);
    assert.deepEqual(steps("database-corruption"), [
      ["stop-writes", 2, "automated"],
      ["assess-corruption", 10, "manual"],
      ["select-backup", 5, "manual"],
      ["restore-database", 30, "automated"],
      ["verify-integrity", 10, "automated"],
      ["resume-service", 3, "automated"],
    ]);
  });

  it("isolate and keep evidence before anything is rotated or restored", () => {
    const order = plan("security-breach").steps.map(({ id }) => id);
    const sorted = ["isolate-service", "preserve-evidence", "rotate-credentials", "restore-database", "resume-service"];
    assert.deepEqual(
      sorted.map((id) => order.indexOf(id)).toSorted((a, b) => a - b),
      sorted.map((id) => order.indexOf(id)),
    );
  });

  it("fence before they promote, and promote before the traffic moves", () => {
    for (const [id, step] of [
      ["region-outage", "dns-failover"],
      ["fail-back", "move-writes"],
    ] as const) {
      const { actions } = plan(id).steps.find((one) => one.id === step)!;
      const at = (name: (typeof actions)[number]): number => actions.indexOf(name);
      const move = id === "region-outage" ? "throw-switch" : "open-switch";
      assert.ok(at("fence-primary") >= 0 && at("fence-primary") < at("promote-standby"));
      assert.ok(at("promote-standby") < at("scale-standby") && at("scale-standby") < at(move));
    }
  });

  for (const one of plans) {
    it(`${one.id} is valid, each step with a runbook`, () => {
      assert.deepEqual(parsePlan(one, one.id), one);
      for (const { runbook } of one.steps) assert.ok(runbookExists(runbook), runbook);
    });
  }

  it("tell every fault of a plan at once", () => {
    const good = plan("region-outage");
    const [first, second, ...rest] = good.steps;
    const bad = {
      ...good,
      recoveredAfter: "nowhere",
      steps: [
        { ...first!, runbook: "no-such-runbook" },
        { ...second!, before: ["throw-switch" as const] },
        second!,
        ...rest,
      ],
    };
    assert.deepEqual(
      faultsOfPlan(bad, runbookExists).map(({ path, received, rule }) => [path, received, rule]),
      [
        ["recoveredAfter", "nowhere", "must be a step of the plan"],
        ["steps[0].runbook", "no-such-runbook", "must have a runbook"],
        ["steps[1].before", "throw-switch", "must only look"],
        ["steps[2].id", "dns-failover", "must differ from the other steps'"],
      ],
    );
  });

  it("refuse a plan file with an unknown action or key, with its path", () => {
    const good = plan("data-loss");
    const bad = { ...good, owner: "me", steps: [{ ...good.steps[0]!, actions: ["reboot-everything"] }] };
    assert.throws(
      () => parsePlan(bad, "mine.yaml"),
      (thrown: { exitCode: number; message: string; faults: { path: string }[] }) => {
        assert.equal(thrown.exitCode, 2);
        assert.equal(thrown.message, "mine.yaml is no recovery plan:");
        assert.deepEqual(
          thrown.faults.map(({ path }) => path),
          ["steps[0].actions[0]", ""],
        );
        return true;
      },
    );
    assert.ok(planSchema.safeParse(good).success);
  });
});
