import { strict as assert } from "node:assert";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { toRule } from "../../../components/observability/alert.js";
import { alertmanagerConfig } from "../../../components/observability/alertmanager.js";
import { alertGroups } from "../../../components/observability/rules.js";
import { Alertmanager, type Notification } from "../../support/servers/alertmanager.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { Webhook } from "../../support/servers/webhook.js";
import { stackConfig } from "../../support/stack-config.js";
import { requireProgram } from "../../support/servers/programs.js";

type Labels = Readonly<Record<string, string>>;

describe("routing and inhibition on a running Alertmanager", function () {
  this.timeout(120_000);
  const pager = new Webhook<Notification>();
  const tickets = new Webhook<Notification>();
  const watcher = new Webhook<Notification>();
  const stops: (() => Promise<void>)[] = [];
  let alertmanager: Alertmanager;
  let config = stackConfig();
  const rules = alertGroups({ config, regionKey: "us-east-1" })
    .flatMap(({ alerts }) => alerts)
    .map((alert) => toRule(alert, config.observability.alerting.runbookBase));
  const labelsOf = (alert: string, cluster: string): Labels => {
    const rule = rules.find((each) => each.alert === alert);
    assert.ok(rule, alert);
    return { ...rule.labels, alertname: alert, cluster };
  };

  before(async function () {
    this.timeout(600_000);
    const program = await requireProgram(this, "prometheus-alertmanager");
    const receivers = [
      { name: "oncall", webhookUrl: await pager.start() },
      { name: "tickets", webhookUrl: await tickets.start() },
      { name: "heartbeat", webhookUrl: await watcher.start() },
    ];
    stops.push(
      () => pager.stop(),
      () => tickets.stop(),
      () => watcher.stop(),
    );
    config = stackConfig({ observability: { alerting: { receivers, routing: { heartbeat: "heartbeat" } } } });
    const built = alertmanagerConfig(config);
    // Test-sized waits; routes, receivers and inhibition are as built.
    const route = {
      ...built.route,
      group_wait: "1s",
      routes: built.route.routes.map((each) => ({ ...each, group_wait: "1s" })),
    };
    alertmanager = await Alertmanager.start(program, await temporaryFolder("routing"), { ...built, route });
    stops.push(() => alertmanager.stop());
  });

  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  it("every alert reaches the receiver of its severity, by amtool's word", async () => {
    const { routing } = config.observability.alerting;
    const amtool = (...args: string[]) => runCommand("amtool", args);
    assert.match((await amtool("check-config", alertmanager.configurationFile)).stdout, /SUCCESS/);
    for (const { alert, labels } of rules) {
      const pairs = Object.entries({ ...labels, alertname: alert }).map(([key, value]) => `${key}=${value}`);
      const { stdout } = await amtool(
        "config",
        "routes",
        "test",
        `--config.file=${alertmanager.configurationFile}`,
        ...pairs,
      );
      assert.equal(stdout.trim(), routing[labels.severity as keyof typeof routing], alert);
    }
  });

  it("a region that is down silences its children in its own cluster, and nothing else", async () => {
    const children = rules.filter(({ labels }) => labels.parent === "region").map(({ alert }) => alert);
    assert.ok(children.length >= 10);
    const others = ["BackupUnverified", "DrillOverdue", "CertificateExpiresSoon"];
    await alertmanager.post([
      ...["RegionDown", ...children, ...others].map((alert) => ({ labels: labelsOf(alert, "us-east-1") })),
      { labels: labelsOf("AgentDown", "us-west1") },
    ]);
    const silenced = async (cluster: string): Promise<string[]> =>
      (await alertmanager.held())
        .filter(({ labels, status }) => labels.cluster === cluster && status.inhibitedBy.length > 0)
        .map(({ labels }) => labels.alertname ?? "");
    await poll(async () => ((await silenced("us-east-1")).length > 0 ? true : undefined), {
      what: "inhibition",
      timeoutMs: 30_000,
    });
    const [down, up] = [await silenced("us-east-1"), await silenced("us-west1")];
    assert.deepEqual([[...new Set(down)].sort(), up], [[...new Set(children)].sort(), []]);
    const told = (webhook: Webhook<Notification>): string[] =>
      webhook.received
        .flatMap(({ alerts }) => alerts.map(({ labels }) => `${labels.cluster} ${labels.alertname}`))
        .sort();
    await poll(() => Promise.resolve(told(pager).length >= 3 && told(tickets).length >= 2 ? true : undefined), {
      what: `notifications (so far ${told(pager).join(", ")} and ${told(tickets).join(", ")})`,
      timeoutMs: 30_000,
    });
    assert.deepEqual(told(pager), ["us-east-1 CertificateExpiresSoon", "us-east-1 RegionDown", "us-west1 AgentDown"]);
    assert.deepEqual(told(tickets), ["us-east-1 BackupUnverified", "us-east-1 DrillOverdue"]);
  });

  it("a fast burn silences the slow one's ticket, a volume that is almost full the prediction of the same volume only", async () => {
    const volume = (alert: string, persistentvolumeclaim: string) => ({
      labels: { ...labelsOf(alert, "c"), persistentvolumeclaim },
    });
    await alertmanager.post([
      ...["AgentErrorBudgetBurnFast", "AgentErrorBudgetBurnSlow", "AgentErrorBudgetSpent"].map((alert) => ({
        labels: labelsOf(alert, "c"),
      })),
      volume("VolumeAlmostFull", "one"),
      volume("VolumeFilling", "one"),
      volume("VolumeFilling", "two"),
    ]);
    const states = async (): Promise<string[]> =>
      (await alertmanager.held())
        .filter(({ labels, status }) => labels.cluster === "c" && status.state === "suppressed")
        .map(({ labels }) => `${labels.alertname} ${labels.persistentvolumeclaim ?? ""}`.trim())
        .sort();
    await poll(async () => ((await states()).length >= 2 ? true : undefined), {
      what: "inhibition",
      timeoutMs: 30_000,
    });
    assert.deepEqual(await states(), ["AgentErrorBudgetBurnSlow", "VolumeFilling one"]);
  });

  it("the metrics stack's own signals tell nobody but the heartbeat's watcher", async () => {
    const stackRule = (alertname: string, severity: string) => ({
      labels: { alertname, severity, namespace: "kube-system", cluster: "s" },
    });
    await alertmanager.post([
      stackRule("Watchdog", "none"),
      stackRule("InfoInhibitor", "none"),
      stackRule("CPUThrottlingHigh", "info"),
    ]);
    await poll(() => Promise.resolve(watcher.received.length > 0 ? true : undefined), {
      what: "the heartbeat",
      timeoutMs: 30_000,
      intervalMs: 100,
    });
    assert.deepEqual(
      watcher.received.flatMap(({ alerts }) => alerts.map(({ labels }) => labels.alertname)),
      ["Watchdog"],
    );
    // Alerts of the user's own are told though they are info: they have an owner.
    await alertmanager.post([{ labels: { ...stackRule("Own", "info").labels, owner: "platform-team" } }]);
    const told = (): (string | undefined)[] =>
      [pager, tickets]
        .flatMap(({ received }) => received.flatMap(({ alerts }) => alerts))
        .filter(({ labels }) => labels.cluster === "s")
        .map(({ labels }) => labels.alertname);
    await poll(() => Promise.resolve(told().includes("Own") ? true : undefined), {
      what: "the user's own alert",
      timeoutMs: 30_000,
      intervalMs: 100,
    });
    assert.deepEqual(told(), ["Own"]);
  });
});
