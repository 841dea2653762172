import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { monitoredJobs } from "../../../components/observability/monitors.js";
import { alertGroups, ruleSpec } from "../../../components/observability/rules.js";
import { count } from "../../support/counts.js";
import { checkRules, needPromtool, testRules } from "../../support/promtool.js";
import { stackConfig } from "../../support/stack-config.js";
import { cases, sloCases } from "./cases.js";
import { healthyWorld } from "./healthy-world.js";

const config = stackConfig();
const context = { config, regionKey: "us-east-1" };
const rules = ruleSpec(context);
const alerts = alertGroups(context).flatMap((group) => group.alerts);
/** Cases are evaluated as often as they are sampled: the finest clock for all would take minutes. */
const clocks = ["10s", "15s", "30s", "1m", "5m"];
const isSlo = ({ name }: { readonly name: string }): boolean => name.startsWith("agent-slo");
const slo = { groups: rules.groups.filter(isSlo) };

/** Rules of one group with the cases that expect something of it: all rules for every case would take minutes. */
const subjects = rules.groups
  .filter((group) => !isSlo(group))
  .map((group) => ({
    subject: group.name,
    rules: { groups: [group] },
    cases: cases.filter(({ firing }) =>
      firing.some(([pattern]) =>
        group.rules.some((rule) => "alert" in rule && new RegExp(`^(${pattern})$`).test(rule.alert)),
      ),
    ),
  }));

describe("alert rules", function () {
  this.timeout(300_000);

  before(async function () {
    await needPromtool(this);
  });

  it("are accepted by promtool, every one of them", async () => {
    const total = rules.groups.reduce((sum, group) => sum + group.rules.length, 0);
    assert.match(await checkRules(rules), new RegExp(`SUCCESS: ${total} rules found`));
  });

  for (const part of [{ subject: "agent-slo", rules: slo, cases: sloCases }, ...subjects]) {
    if (part.cases.length === 0) continue;
    it(`of ${part.subject} fire when they must, are silent when they must, at the boundary too`, async () => {
      for (const clock of clocks) {
        const sampled = part.cases.filter(({ interval = "1m" }) => interval === clock);
        if (sampled.length > 0) await testRules(part.rules, sampled, clock);
      }
    });
  }

  it("miss nothing: an expectation that is wrong is noticed", async () => {
    const wrong = { name: "wrong", series: [], firing: [["AgentDown", "2m", 0]] } as const;
    await assert.rejects(testRules(rules, [wrong]), /AgentDown/);
  });

  it("notice each scraped job that is missing", async () => {
    const jobs = monitoredJobs(config);
    const without = (missing?: string) =>
      jobs.filter((job) => job !== missing).map((job) => ({ series: `up{job="${job}"}`, values: "1x20" }));
    await testRules({ groups: rules.groups.filter(({ name }) => name === "agent-scrapes") }, [
      { name: "all there", series: without(), firing: [["ScrapeTargetMissing", "10m", 0]] },
      ...jobs.map((job) => ({
        name: `${job} missing`,
        series: without(job),
        firing: [["ScrapeTargetMissing", "4m", 0] as const, ["ScrapeTargetMissing", "6m", 1] as const],
      })),
    ]);
  });

  it("raise nothing at any time in days of healthy traffic with noise, and something where one hour is bad", async function () {
    this.timeout(count(300_000, 3_600_000));
    const days = count(3, 30);
    const healthy = healthyWorld(config, days);
    await testRules(rules, [healthy], "5m");
    process.stdout.write(`      ${days} days of healthy traffic with noise: 0 alerts\n`);
    // The same days with an hour of 5 % errors long before their end: the look back finds what is over by then.
    const burst = {
      series: 'agent_requests_total{status="error",version="bad"}',
      values: "0+0x288 0+1500x12 18000+0x",
    };
    const bad = { ...healthyWorld(config, 2), name: "a bad hour" };
    const series = [...bad.series, { ...burst, values: `${burst.values}276` }];
    await assert.rejects(testRules(rules, [{ ...bad, series }], "5m"), /got: \{\} [1-9]/);
  });
});

describe("the alert table", () => {
  it("has for every alert a case in which it fires and one in which it does not", () => {
    const expectations = [...sloCases, ...cases].flatMap(({ firing }) => firing);
    const seen = (name: string, fires: boolean) =>
      expectations.some(([pattern, , n]) => new RegExp(`^(${pattern})$`).test(name) && n > 0 === fires);
    const untested = alerts
      .map(({ name }) => name)
      .filter((name) => name !== "ScrapeTargetMissing" && !(seen(name, true) && seen(name, false)));
    assert.deepEqual(untested, []);
  });

  it("links each alert to a runbook that exists", () => {
    const missing = alerts.filter(
      ({ runbook }) => !existsSync(join(__dirname, "../../../docs/runbooks", `${runbook}.md`)),
    );
    assert.deepEqual([...new Set(missing.map(({ runbook }) => runbook))], []);
  });

  it("names a severity, an owner and one sentence for whoever is told", () => {
    for (const { name, owner, summary, meaning, action } of alerts) {
      assert.ok(owner && summary.length > 10 && meaning.endsWith(".") && action.endsWith("."), name);
    }
  });

  it("adds alerts of the user's own, with their own runbooks", () => {
    const extra = {
      name: "QueueTooLong",
      expr: "agent_request_queue_length > 500",
      severity: "warning",
      summary: "The queue is too long",
      runbook: "https://wiki.example.com/queue",
    };
    const own = stackConfig({ observability: { alerting: { extraAlerts: [extra] } } });
    const group = ruleSpec({ config: own, regionKey: "us-east-1" }).groups.at(-1);
    assert.equal(group?.name, "agent-extra");
    assert.deepEqual((group.rules[0] as { annotations: object }).annotations, {
      summary: "The queue is too long",
      description: "The queue is too long First: follow the runbook.",
      runbook_url: "https://wiki.example.com/queue",
    });
  });
});
