import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alertmanagerConfig } from "../../../components/observability/alertmanager.js";
import { longestGapSeconds, staleAfterSeconds } from "../../../components/observability/alerts/data.js";
import { grafanaDashboard } from "../../../components/observability/dashboards/panel.js";
import { dashboards } from "../../../components/observability/dashboards/table.js";
import { describeObservability } from "../../../components/observability/describe.js";
import { exporters } from "../../../components/observability/exporters.js";
import { podMonitorSpec, scrapeTargets } from "../../../components/observability/monitors.js";
import { plannedAnswer, planProbes, probeSpec } from "../../../components/observability/probes.js";
import { ruleSpec } from "../../../components/observability/rules.js";
import { checkRules, needPromtool } from "../../support/promtool.js";
import { stackConfig } from "../../support/stack-config.js";
import { stackConfig as configOf } from "../../support/stacks.js";

const config = stackConfig();
const rules = ruleSpec({ config, regionKey: "us-east-1" });
const panels = dashboards(config).flatMap((dashboard) => dashboard.panels);
const queries = panels.flatMap((panel) => panel.queries.map(({ expr }) => expr));

/** Names of the metrics in an expression: what is followed by a selector or a range, and no function. */
function metricsIn(expr: string): string[] {
  const bare = expr.replaceAll(/"[^"]*"/g, '""').replaceAll(/\b(?:by|on|without|ignoring)\s*\([^)]*\)/g, "");
  const names = bare.replaceAll(/\{[^}]*\}/g, " ").match(/[a-zA-Z_][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])/g) ?? [];
  return names.filter((name) => !["and", "or", "unless", "Inf", "d", "h", "m", "s"].includes(name));
}

describe("what alerts and dashboards read", () => {
  const exported = new Set(exporters.flatMap(({ metrics }) => metrics));
  const recorded = rules.groups.flatMap((group) =>
    group.rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
  );

  it("is exported by something of ours, or recorded by the rules", () => {
    const read = [...queries, ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr))].flatMap(
      metricsIn,
    );
    const unknown = [...new Set(read)].filter((name) => !exported.has(name) && !recorded.includes(name));
    assert.deepEqual(unknown, []);
  });

  it("names no exporter's metric that nothing reads", () => {
    const read = new Set(
      [...queries, ...rules.groups.flatMap((g) => g.rules.map(({ expr }) => expr))].flatMap(metricsIn),
    );
    assert.deepEqual(
      [...exported].filter((name) => !read.has(name)),
      [],
    );
  });

  it("comes from jobs that are scraped", () => {
    const jobs = new Set([...scrapeTargets(config).map(({ job }) => job), "kube-state-metrics", "kubelet", "probes"]);
    for (const { job } of exporters) assert.ok(job === "prometheus" || jobs.has(job), job);
  });

  it("parses, every query of every panel", async function () {
    await needPromtool(this);
    const parsed = { groups: [{ name: "panels", rules: queries.map((expr, i) => ({ record: `panel:${i}`, expr })) }] };
    assert.match(await checkRules(parsed), new RegExp(`SUCCESS: ${queries.length} rules found`));
  });
});

describe("dashboards", () => {
  it("are five, with panels side by side that never overlap", () => {
    const built = dashboards(config).map(grafanaDashboard);
    assert.deepEqual(
      built.map(({ uid }) => uid),
      ["agent-service", "agent-rollout", "agent-data", "agent-regions", "agent-error-budget"],
    );
    for (const { panels: placed } of built) {
      const places = placed.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`);
      assert.equal(new Set(places).size, places.length);
      assert.ok(placed.every(({ gridPos }) => gridPos.x + gridPos.w <= 24));
    }
  });

  it("take their bounds from the configuration", () => {
    const strict = stackConfig({ delivery: { progressive: { maxP99Ms: 500 } } });
    const latency = dashboards(strict)[0]?.panels.find(({ title }) => title === "Latency");
    assert.equal(latency?.bound, 0.5);
  });
});

describe("monitors and probes", () => {
  it("scrape the agent at the proxy's merged port, and let its own labels win", () => {
    const [agent] = scrapeTargets(config);
    assert.ok(agent);
    assert.deepEqual(podMonitorSpec(agent, 15), {
      namespaceSelector: { matchNames: ["agent-memory"] },
      selector: { matchLabels: { app: "agent-memory", component: "api" } },
      podMetricsEndpoints: [
        {
          port: "http-envoy-prom",
          path: "/stats/prometheus",
          interval: "15s",
          honorLabels: true,
          relabelings: [
            { action: "replace", targetLabel: "job", replacement: "agent" },
            {
              action: "replace",
              sourceLabels: ["__meta_kubernetes_pod_ip"],
              targetLabel: "__address__",
              replacement: "$1:15020",
            },
            { action: "replace", sourceLabels: ["__meta_kubernetes_pod_label_version"], targetLabel: "version" },
          ],
        },
      ],
    });
  });

  it("leave out a store that somebody else runs", () => {
    const external = stackConfig({ data: { redis: { external: { host: "cache.example.com" } } } });
    assert.ok(!scrapeTargets(external).some(({ job }) => job === "redis"));
  });

  it("ask every region, and whether DNS leads to the primary", () => {
    assert.deepEqual(
      planProbes(config).map(({ name, targets }) => [name, targets]),
      [
        ["region-health-us-east-1", ["https://us-east-1.agent-api.example.com/health/deep"]],
        ["region-health-us-west1", ["https://us-west1.agent-api.example.com/health/deep"]],
        ["dns-answer", ["kube-dns.kube-system.svc.cluster.local:53"]],
      ],
    );
    const [first] = planProbes(config);
    assert.ok(first);
    assert.equal(probeSpec(first, config).interval, "10s");
    assert.deepEqual(planProbes(stackConfig({ failover: { dns: { enabled: false } } })), []);
  });

  it("know the planned answer as a resolver writes it", () => {
    const answer = (region: string) => `agent-api.example.com.\t60\tIN\tCNAME\t${region}.agent-api.example.com.`;
    const passive = new RegExp(plannedAnswer(config));
    assert.ok(passive.test(answer("us-east-1")) && !passive.test(answer("us-west1")));
    const active = new RegExp(plannedAnswer(stackConfig({ failover: { mode: "active-active" } })));
    assert.ok(active.test(answer("us-east-1")) && active.test(answer("us-west1")) && !active.test(answer("elsewhere")));
    assert.ok(!passive.test("agent-apiXexample.com.\t60\tIN\tCNAME\tus-east-1.agent-api.example.com."));
  });
});

describe("schedules in alerts", () => {
  it("measure the longest gap of a cron line", () => {
    assert.equal(longestGapSeconds("0 2 * * *"), 86_400);
    assert.equal(longestGapSeconds("0 */6 * * *"), 21_600);
    assert.equal(longestGapSeconds("0 5 * * 0"), 7 * 86_400);
    assert.equal(longestGapSeconds("0 8,9 * * *"), 23 * 3600);
    assert.equal(staleAfterSeconds("0 2 * * *"), 98_640);
  });
});

describe("Alertmanager", () => {
  const built = alertmanagerConfig(config);

  it("routes by severity, and everything to somebody", () => {
    assert.equal(built.route.receiver, "tickets");
    assert.deepEqual(
      built.route.routes.map(({ matchers, receiver }) => [matchers, receiver]),
      [
        [['alertname="Watchdog"'], "(nobody)"],
        [['alertname="InfoInhibitor"'], "(nobody)"],
        [['severity="critical"'], "oncall"],
        [['severity="warning"'], "tickets"],
      ],
    );
    assert.deepEqual(built.receivers, [
      { name: "oncall", email_configs: [{ to: "oncall@example.com", send_resolved: true }] },
      { name: "tickets", email_configs: [{ to: "platform-team@example.com", send_resolved: true }] },
      { name: "(nobody)" },
    ]);
  });

  it("tells the heartbeat's receiver every minute where there is one", () => {
    const routing = { heartbeat: "tickets" };
    const [first] = alertmanagerConfig(stackConfig({ observability: { alerting: { routing } } })).route.routes;
    assert.deepEqual(first, {
      matchers: ['alertname="Watchdog"'],
      receiver: "tickets",
      group_wait: "0s",
      group_interval: "1m",
      repeat_interval: "1m",
    });
  });

  it("silences a lost region's children in its own cluster, and only those", () => {
    assert.deepEqual(built.inhibit_rules[0], {
      source_matchers: ['alertname="RegionDown"'],
      target_matchers: ['parent="region"'],
      equal: ["cluster"],
    });
    const children = rules.groups.flatMap((group) =>
      group.rules.flatMap((rule) => ("alert" in rule && rule.labels.parent === "region" ? [rule.alert] : [])),
    );
    assert.ok(children.includes("AgentDown"));
    for (const own of ["RegionDown", "OtherRegionDown", "BackupUnverified", "DrillOverdue"]) {
      assert.ok(!children.includes(own), own);
    }
  });
});

describe("docs/observability.md", () => {
  it("has the tables that the component makes", () => {
    const file = readFileSync(join(__dirname, "../../../docs/observability.md"), "utf8");
    const flat = (text: string): string => text.replaceAll(/[ -]+/g, "").replaceAll("\\", "");
    const made = flat(file.split("<!-- generated below this line -->")[1] ?? "").trim();
    assert.equal(made, flat(describeObservability(configOf("production"))).trim());
  });
});
