import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { poll } from "../../../common/poll.js";
import type { DrillPostgres } from "../../../operations/recovery/drill/postgres.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import type { Report } from "../../../operations/recovery/run/report.js";
import { stateOf } from "../../../operations/recovery/run/record.js";
import { skip } from "../../support/counts.js";
import { killStarted, recordWith, recover, startRecover } from "../../support/recovery/command.js";
import { smallPlan } from "../../support/recovery/plan.js";
import { MailSink, PagerSink, WebhookSink } from "../../support/recovery/sinks.js";
import { needsPostgres, startEngineDatabase, urlOf } from "../../support/recovery/stand.js";
import { startMoto, type Moto } from "../../support/servers/moto.js";
import { freePorts, temporaryFolder } from "../../support/servers/process.js";
import { Webhook } from "../../support/servers/webhook.js";

describe("a run whose machine is gone, told on every channel", function () {
  this.timeout(300_000);
  const chat = new WebhookSink();
  const mail = new MailSink();
  const pager = new PagerSink("routing-key");
  const topic = new Webhook<{ readonly Subject: string }>();
  let moto: Moto;
  let engine: DrillPostgres;
  let folder: string;
  const contact = "oncall@example.com";

  async function topicArn(): Promise<string> {
    const client = new SNSClient({ endpoint: moto.endpoint, region: "us-east-1" });
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: "recovery" }));
    const Endpoint = await topic.start();
    await client.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    // The subscription's own message.
    topic.received.splice(0);
    return TopicArn!;
  }

  before(async function () {
    await needsPostgres(this);
    folder = await temporaryFolder("channels");
    const started = await startMoto(folder);
    if ("missing" in started) return skip(this, started.missing);
    moto = started;
    engine = await startEngineDatabase();
    const [port = 0, dead = 0] = await freePorts(2);
    await chat.start();
    await mail.start(port);
    await pager.start();
    const secrets = { CHAT_URL: chat.url, PAGER_KEY: "routing-key", RECOVERY_DATABASE_URL: urlOf(engine) };
    Object.assign(process.env, moto.env, secrets);
    const url = `http://127.0.0.1:${dead}`;
    const site = {
      stack: "production",
      publicUrl: url,
      primary: "us-east-1",
      regions: { "us-east-1": { url } },
      control: { uri: `file://${join(folder, "control")}` },
      notifications: [
        { kind: "webhook", name: "chat", url: "env:CHAT_URL" },
        { kind: "smtp", name: "mail", url: `smtp://127.0.0.1:${port}`, from: "recovery@example.com" },
        { kind: "sns", name: "topic", topicArn: await topicArn(), endpoint: moto.endpoint },
        { kind: "pagerduty", name: "pager", routingKey: "env:PAGER_KEY", url: pager.url },
      ],
    };
    await writeFile(join(folder, "site.json"), JSON.stringify(site));
    const plan = smallPlan("told", { look: ["watch-region"], again: ["watch-region"] }, { manual: ["again"] });
    await writeFile(join(folder, "plan.yaml"), JSON.stringify(plan));
  });
  after(async () => {
    killStarted();
    Reflect.deleteProperty(process.env, "RECOVERY_DATABASE_URL");
    await Promise.all([chat.stop(), mail.stop(), pager.stop(), topic.stop()]);
    await (engine as DrillPostgres | undefined)?.kill();
    await (moto as Moto | undefined)?.process.stop();
  });

  it("is killed, watched and resumed from other machines by the engine's PostgreSQL; nothing is done or told twice", async () => {
    const from = (machine: string): string[] => ["--site", join(folder, "site.json"), "--state", join(folder, machine)];
    const laptop = startRecover(["run", join(folder, "plan.yaml"), ...from("laptop"), "--yes", "--as", contact]);
    const files = new RunFiles(join(folder, "laptop"), "production");
    const { input } = await recordWith(files, laptop, (record) => stateOf(record).status === "waiting");
    const id = input.runId;
    const asked = `${id}:approval:again-1`;
    await poll(() => (pager.incidents.get(id)?.keys.includes(asked) === true ? true : undefined), {
      what: "the pager to be told of the approval",
      timeoutMs: 60_000,
    });
    laptop.kill();
    assert.equal((await laptop.ended).signal, "SIGKILL");

    const watching = startRecover(["watch", id, ...from("wall")]);
    const resumed = startRecover(["resume", id, ...from("colleague"), "--as", "colleague@example.com"]);
    const own = new RunFiles(join(folder, "colleague"), "production");
    await recordWith(own, resumed, ({ sessions }) => sessions.length === 2);
    const approved = await recover(["approve", id, ...from("phone"), "--as", contact, "--saw", "all is well again"]);
    assert.equal(approved.exitCode, 0, approved.stderr);
    const ended = await resumed.ended;
    assert.equal(ended.exitCode, 0, `${ended.stdout}\n${ended.stderr}`);
    const watched = await watching.ended;
    assert.equal(watched.exitCode, 0, watched.stderr);
    assert.match(
      watched.stdout,
      /again: approval asked of oncall@example\.com\n.*again: approved by oncall@example\.com/,
    );
    assert.match(watched.stdout, /the run is completed\n$/);

    const report = JSON.parse((await recover(["report", id, ...from("desk"), "--json"])).stdout) as Report;
    assert.deepEqual(
      report.timeline.map(({ seq }) => seq),
      report.timeline.map((_, index) => index + 1),
    );
    assert.equal(report.timeline.filter(({ what }) => what.includes("watch-region")).length, 2, "each action once");
    assert.deepEqual(
      report.sessions.map(({ by }) => by),
      [contact, "colleague@example.com"],
    );
    assert.deepEqual(
      report.approvals.map(({ by, saw }) => [by, saw]),
      [[contact, "all is well again"]],
    );
    assert.deepEqual(
      report.notifications.map(({ delivered, failed }) => [[...delivered].sort().join(), failed]),
      [
        ["chat,mail,pager,topic", []],
        ["chat,mail,pager,topic", []],
        ["chat,mail,pager,topic", []],
      ],
    );

    // At least once, each time with the same key: what was under way when the machine went may be sent again.
    const keys = [`${id}:start`, asked, `${id}:end`];
    // And it may arrive after what came later.
    const once = (all: readonly string[]): string[] => [...new Set(all)].sort();
    assert.deepEqual(once([...chat.received.keys()]), [...keys].sort());
    assert.equal(pager.incidents.get(id)?.open, false, "the incident is resolved");
    assert.deepEqual(once(pager.incidents.get(id)?.keys ?? []), [...keys].sort());
    assert.equal(once(mail.mails.map(({ id: message }) => message)).length, keys.length, "one id for each message");
    const what = ["recovery started", "Step again wants an approval", "recovery completed"];
    const subjects = what.map((words) => `A test's plan of production: ${words}`).sort();
    assert.deepEqual(once(mail.mails.map(({ subject, to }) => `${subject} ${to.join()}`)), [
      ...subjects.map((one) => `${one} ${contact}`),
    ]);
    assert.deepEqual(once(topic.received.map(({ Subject }) => Subject)), subjects);
  });

  it("stops at a step that fails, which every channel is told of once by its key", async () => {
    const plan = join(folder, "stuck.yaml");
    await writeFile(plan, JSON.stringify(smallPlan("stuck", { check: ["check-service"] })));
    const common = ["--site", join(folder, "site.json"), "--state", join(folder, "stuck")];
    const stuck = await recover(["run", plan, ...common, "--yes", "--as", contact]);
    assert.equal(stuck.exitCode, 4, stuck.stderr);
    const [id = ""] = await new RunFiles(join(folder, "stuck"), "production").ids("active");
    const failure = `${id}:stop-1`;
    const told = [...chat.received.keys()].filter((key) => key.startsWith(id));
    assert.deepEqual(told, [`${id}:start`, failure]);
    assert.deepEqual([...new Set(pager.incidents.get(id)?.keys)], told);
    assert.equal(pager.incidents.get(id)?.open, true, "the incident is open until somebody mends it");
    const isFailure = (subject: string): boolean =>
      subject.startsWith("A test's plan of production: stopped at Step check");
    assert.ok(mail.mails.some(({ subject, to }) => isFailure(subject) && to.includes(contact)));
    assert.equal(topic.received.filter(({ Subject }) => isFailure(Subject)).length, 1);
    assert.equal((await recover(["cancel", id, ...common, "--as", contact])).exitCode, 0);
  });
});
