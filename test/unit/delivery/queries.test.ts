import { strict as assert } from "node:assert";
import { checkQueries } from "../../../cli/preview/queries.js";
import type { PlatformError } from "../../../common/errors.js";
import { checkRules, needPromtool } from "../../support/promtool.js";
import { delivery, planOf } from "./plan-of.js";

interface Measured {
  readonly name: string;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly provider: { readonly prometheus: { readonly query: string } };
}

const own = [
  { name: "queue", query: 'max(agent_request_queue_length{version="canary"})', max: 200 },
  { name: "hits", query: 'avg(agent_cache_hit_ratio{version="canary"})', min: 0.5, max: 1 },
];

function measuredBy(template: string, metrics = own): readonly Measured[] {
  const { analyses } = planOf({ strategy: "progressive", metrics });
  return analyses[template]!.metrics;
}

const file = (metrics: readonly object[]) => ({
  project: "agent-platform",
  stack: "production",
  config: { "agent-platform:delivery": JSON.stringify({ metrics }) },
  secretKeys: [],
});

describe("queries of the analyses", () => {
  it("include the configuration's own metrics in every analysis, guarded and bounded like the others", () => {
    for (const template of ["agent-rollout-watch", "agent-rollout-gate", "agent-canary-analysis"]) {
      const [queue, hits] = measuredBy(template).slice(2);
      assert.equal(queue!.provider.prometheus.query, own[0]!.query);
      const guard = "len(result) > 0 && !isNaN(result[0]) && ";
      assert.equal(queue!.successCondition, `${guard}result[0] <= 200`);
      assert.equal(queue!.failureCondition, `${guard}result[0] > 200`);
      assert.equal(hits!.successCondition, `${guard}result[0] >= 0.5 && result[0] <= 1`);
      assert.equal(hits!.failureCondition, `${guard}(result[0] < 0.5 || result[0] > 1)`);
    }
  });

  it("all parse, by promtool", async function () {
    await needPromtool(this);
    const queries = Object.keys(planOf({ strategy: "progressive" }).analyses).flatMap((template) =>
      measuredBy(template),
    );
    assert.equal(queries.length, 12);
    const rules = queries.map(({ provider }, index) => ({ record: `q${index}`, expr: provider.prometheus.query }));
    assert.match(await checkRules({ groups: [{ name: "queries", rules }] }), /12 rules found/);
  });

  it("are refused by the preview where they do not parse: every one, with path, promtool's words and exit code 2", async function () {
    await needPromtool(this);
    const bad = [
      { name: "open", query: "sum(rate(x[5m])", max: 1 },
      { name: "fine", query: "sum(x)", max: 1 },
      { name: "instant", query: "rate(x)", max: 1 },
    ];
    await assert.rejects(checkQueries(file(bad)), ({ exitCode, faults }: PlatformError) => {
      assert.equal(exitCode, 2);
      assert.deepEqual(
        faults.map(({ path }) => path),
        ["delivery.metrics[0].query", "delivery.metrics[2].query"],
      );
      assert.match(faults[0]!.rule, /unclosed left parenthesis/);
      assert.match(faults[1]!.rule, /expected type range vector/);
      return true;
    });
    assert.equal(await checkQueries(file(own)), undefined);
  });

  it("are not parsed where promtool is not at hand, and the preview says so", async () => {
    const { PATH } = process.env;
    process.env.PATH = "";
    try {
      assert.equal(await checkQueries(file(own)), "promtool is not on PATH: 2 queries were not parsed");
      assert.equal(await checkQueries(file([])), undefined, "without queries there is nothing to say");
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("of a stack without own metrics are R6's and R7's alone", () => {
    assert.deepEqual(delivery.metrics, []);
    assert.equal(measuredBy("agent-rollout-gate", []).length, 2);
  });
});
