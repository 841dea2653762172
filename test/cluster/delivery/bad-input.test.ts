import assert from "node:assert/strict";
import { alongsideQueries } from "../../../cli/preview/queries.js";
import { formatError, PlatformError } from "../../../common/errors.js";
import { needPromtool } from "../../support/promtool.js";
import { rawConfig, runRaw, stackFileOf } from "../../support/stacks.js";

/** What the preview says of production with this delivery, where the program answers `run`. */
async function refusalOf(
  delivery: object,
  run: (raw: Record<string, unknown>) => Promise<unknown> = runRaw,
): Promise<PlatformError> {
  const raw = { ...rawConfig("production"), delivery };
  const thrown: unknown = await alongsideQueries(stackFileOf(raw), run(raw)).catch((error: unknown) => error);
  assert.ok(thrown instanceof PlatformError, String(thrown));
  return thrown;
}

describe("a delivery that cannot be", function () {
  this.timeout(120_000);
  before(async function () {
    await needPromtool(this);
  });

  it("is refused with every fault at once: strategy, falling weights, an end below 100 %, a query that does not parse", async () => {
    const stages = [
      { name: "first", weight: 50, hold: "10m" },
      { name: "second", weight: 25, hold: "10m" },
    ];
    const metrics = [
      { name: "open", query: "sum(rate(x[5m])", max: 1 },
      { name: "fine", query: "sum(x)", max: 1 },
    ];
    const refusal = await refusalOf({ strategy: "yolo", progressive: { stages }, metrics });
    assert.equal(refusal.exitCode, 2);
    assert.deepEqual(refusal.faults.map(({ path }) => path).sort(), [
      "delivery.metrics[0].query",
      "delivery.progressive.stages[1].weight",
      "delivery.progressive.stages[1].weight",
      "delivery.strategy",
    ]);
    const text = formatError(refusal);
    assert.match(text, /^configuration of stack test has 4 faults:/);
    for (const said of [
      /rise/,
      /takes all traffic/,
      /one of rolling, canary, progressive, blueGreen/,
      /unclosed left/,
    ]) {
      assert.match(text, said);
    }
  });

  it("is refused for its queries alone where the rest is sound", async () => {
    const open = { metrics: [{ name: "open", query: "sum(", max: 1 }] };
    const refusal = await refusalOf(open, () => Promise.resolve("sound"));
    assert.deepEqual([refusal.exitCode, refusal.faults.map(({ path }) => path)], [2, ["delivery.metrics[0].query"]]);
  });
});
