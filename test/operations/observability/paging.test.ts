import { strict as assert } from "node:assert";
import { poll } from "../../../common/poll.js";
import { alertmanagerConfig } from "../../../components/observability/alertmanager.js";
import { ruleSpec } from "../../../components/observability/rules.js";
import { count } from "../../support/counts.js";
import { Alertmanager, type Notification } from "../../support/servers/alertmanager.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { startPrometheus, type Prometheus } from "../../support/servers/prometheus.js";
import { Webhook } from "../../support/servers/webhook.js";
import { stackConfig } from "../../support/stack-config.js";
import { Traffic, type Phase } from "./history.js";
import { requireProgram } from "../../support/servers/programs.js";

const PATIENCE_MS = 240_000;

interface World {
  readonly traffic: Traffic;
  readonly prometheus: Prometheus;
}

describe("burn rates on a running Prometheus and Alertmanager, with production's rules and intervals", function () {
  this.timeout(PATIENCE_MS + 60_000);
  const pager = new Webhook<Notification>();
  const tickets = new Webhook<Notification>();
  const stops: (() => Promise<void>)[] = [];
  let program = "";
  let alertmanager: Alertmanager;
  let config = stackConfig();
  let worlds: Record<"fast" | "slow" | "healthy", World>;
  // The small run begins half a minute into the outage: no alert could fire before that.
  const outage: Phase = { fromSecondsAgo: count(30, 0), errorRatio: 1 };

  before(async function () {
    this.timeout(600_000);
    program = await requireProgram(this, "prometheus");
    const alertmanagerProgram = await requireProgram(this, "prometheus-alertmanager");
    const receivers = [
      { name: "oncall", webhookUrl: await pager.start() },
      { name: "tickets", webhookUrl: await tickets.start() },
    ];
    stops.push(
      () => pager.stop(),
      () => tickets.stop(),
    );
    config = stackConfig({ observability: { alerting: { receivers } } });
    alertmanager = await Alertmanager.start(
      alertmanagerProgram,
      await temporaryFolder("paging"),
      alertmanagerConfig(config),
    );
    stops.push(() => alertmanager.stop());
    // Side by side, since each of them mostly waits.
    worlds = {
      slow: await watch("slow", [{ fromSecondsAgo: 26 * 3600, errorRatio: 0.004 }], 60),
      healthy: await watch("healthy", [{ fromSecondsAgo: 26 * 3600, errorRatio: 0.0005 }], 60),
      fast: await watch("fast", [{ fromSecondsAgo: 3900, errorRatio: 0 }, outage], 15),
    };
  });

  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** Starts a cluster's Prometheus whose past is given; it goes on with the last phase. */
  async function watch(cluster: string, phases: readonly Phase[], step: number): Promise<World> {
    const traffic = new Traffic(phases);
    await traffic.start();
    stops.push(() => traffic.stop());
    const interval = `${config.observability.scrapeIntervalSeconds}s`;
    const prometheus = await startPrometheus(program, traffic.port, {
      scrapeInterval: interval,
      evaluationInterval: interval,
      externalLabels: { cluster },
      rules: ruleSpec({ config, regionKey: "us-east-1" }),
      alertmanagerPort: alertmanager.port,
      history: traffic.history(step),
    });
    stops.push(() => prometheus.stop());
    return { traffic, prometheus };
  }

  const told = (webhook: Webhook<Notification>, cluster: string): Notification["alerts"][number][] =>
    webhook.received.flatMap(({ alerts }) => alerts.filter(({ labels }) => labels.cluster === cluster));
  const burns = (webhook: Webhook<Notification>, cluster: string): string[] =>
    told(webhook, cluster).flatMap(({ labels: { alertname = "" } }) =>
      alertname.startsWith("AgentErrorBudget") ? [alertname] : [],
    );
  const untilTold = async (webhook: Webhook<Notification>, cluster: string, alert: string) =>
    await poll(() => Promise.resolve(told(webhook, cluster).find(({ labels }) => labels.alertname === alert)), {
      what: `${alert} of ${cluster} (so far ${burns(webhook, cluster).join(", ")})`,
      intervalMs: 100,
      timeoutMs: PATIENCE_MS,
    });

  it("a total outage pages within two minutes of its first failed request, and says what to do", async () => {
    const { labels, annotations } = await untilTold(pager, "fast", "AgentErrorBudgetBurnFast");
    const seconds = worlds.fast.traffic.secondsSince(outage);
    process.stdout.write(`      paged ${seconds.toFixed(0)} s after the first failed request\n`);
    assert.ok(seconds <= 120, `paged after ${seconds.toFixed(0)} s`);
    assert.deepEqual([labels.severity, labels.owner], ["critical", "platform-team"]);
    assert.match(annotations.runbook_url ?? "", /docs\/runbooks\/error-budget-burn\.md$/);
    assert.match(annotations.summary ?? "", /14\.4 times too fast: [\d.]+% of requests fail/);
  });

  it("a slow burn makes a ticket, and pages nobody", async () => {
    const { labels } = await untilTold(tickets, "slow", "AgentErrorBudgetBurnSlow");
    assert.equal(labels.severity, "warning");
    assert.deepEqual(burns(pager, "slow"), []);
  });

  it("healthy traffic within the budget raises no burn alert", async () => {
    const { prometheus } = worlds.healthy;
    await poll(
      async () =>
        ((await prometheus.query("count_over_time(agent:error_ratio:rate3d[10m])")) ?? 0) >= 2 ? true : undefined,
      {
        what: "two evaluations of the rules",
        intervalMs: 500,
        timeoutMs: PATIENCE_MS,
      },
    );
    assert.equal(await prometheus.query("round(1e6 * agent:error_ratio:rate1d)"), 500);
    assert.equal(await prometheus.query('count(ALERTS{alertname=~"AgentErrorBudget.*"})'), undefined);
    assert.deepEqual([...burns(pager, "healthy"), ...burns(tickets, "healthy")], []);
  });
});
