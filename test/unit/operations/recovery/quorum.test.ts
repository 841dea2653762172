import { strict as assert } from "node:assert";
import fc from "fast-check";
import { decide, type Observation, type Round, type Verdict } from "../../../../operations/recovery/quorum.js";

const seen = (vantage: string, verdict: Verdict): Observation => ({ vantage, verdict, detail: "as the test says" });
const round = (verdicts: readonly Verdict[], references: readonly Verdict[] = ["up"]): Round => ({
  observations: verdicts.map((verdict, index) => seen(`vantage-${index}`, verdict)),
  references: references.map((verdict, index) => seen(`reference-${index}`, verdict)),
});
const kindOf = (...rounds: readonly Round[]): string => decide(rounds).kind;

describe("quorum on an outage", () => {
  it("needs two that agree, and more of them than of those who say otherwise", () => {
    assert.equal(kindOf(round(["down", "down", "up"])), "outage");
    assert.equal(kindOf(round(["down", "down", "up", "up"])), "disputed");
    assert.equal(kindOf(round(["down", "down", "unknown"])), "outage");
    assert.equal(kindOf(round(["up", "up", "up"])), "healthy");
  });

  it("fails nothing over on one blind or broken probe, whatever the others", () => {
    const others = fc.array(fc.constantFrom<Verdict>("up", "unknown"), { maxLength: 5 });
    fc.assert(
      fc.property(others, (verdicts) => {
        assert.notEqual(kindOf(round([...verdicts, "down"])), "outage");
      }),
    );
  });

  it("calls itself blind where nothing outside the region answers, instead of calling that an outage", () => {
    assert.equal(kindOf(round(["down", "down", "down"], ["down", "unknown"])), "blind");
    assert.equal(kindOf(round(["down", "down", "down"], ["down", "up"])), "outage");
  });

  it("is an outage only where every round of the threshold says so", () => {
    const down = round(["down", "down"]);
    const up = round(["up", "up"]);
    assert.equal(kindOf(down, down, down), "outage");
    assert.equal(kindOf(up, down, down), "disputed");
    assert.equal(kindOf(down, down, up), "healthy");
    assert.equal(kindOf(), "disputed");
  });

  it("says who said what", () => {
    assert.match(decide([round(["down", "down", "up"])]).why, /^down by vantage-0 \(as the test says\), vantage-1/);
  });
});
