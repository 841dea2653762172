import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import { stateOf } from "../../../operations/recovery/run/record.js";
import { killStarted, recordWith, recover, startRecover, type Started } from "../../support/recovery/command.js";
import { smallPlan } from "../../support/recovery/plan.js";
import { MailSink, WebhookSink } from "../../support/recovery/sinks.js";
import { freePorts, temporaryFolder } from "../../support/servers/process.js";

describe("people in a run", function () {
  this.timeout(600_000);
  const webhook = new WebhookSink();
  const mail = new MailSink();
  let folder: string;
  let args: readonly string[];
  let files: RunFiles;
  let plan: string;
  const contacts = ["first@example.com", "second@example.com"];

  before(async () => {
    folder = await temporaryFolder("people");
    const [port = 0, dead = 0] = await freePorts(2);
    await webhook.start();
    await mail.start(port);
    const site = {
      stack: "production",
      publicUrl: `http://127.0.0.1:${dead}`,
      primary: "us-east-1",
      regions: { "us-east-1": { url: `http://127.0.0.1:${dead}` } },
      control: { uri: `file://${join(folder, "control")}` },
      escalateAfterMinutes: 0.15,
      notifications: [
        { kind: "webhook", name: "chat", url: "env:CHAT_URL" },
        { kind: "smtp", name: "mail", url: `smtp://127.0.0.1:${port}`, from: "recovery@example.com" },
      ],
    };
    const pager = { kind: "pagerduty", name: "dead", routingKey: "env:CHAT_URL", url: `http://127.0.0.1:${dead}/` };
    const withDead = { ...site, notifications: [...site.notifications, pager] };
    await writeFile(join(folder, "with-dead.json"), JSON.stringify(withDead));
    process.env.CHAT_URL = webhook.url;
    await writeFile(join(folder, "site.json"), JSON.stringify(site));
    plan = join(folder, "plan.yaml");
    const whole = smallPlan(
      "look-twice",
      { look: ["watch-region"], again: ["watch-region"] },
      { contacts, manual: ["look"] },
    );
    await writeFile(plan, JSON.stringify(whole));
    args = ["--site", join(folder, "site.json"), "--state", join(folder, "state")];
    files = new RunFiles(join(folder, "state"), "production");
  });
  after(async () => {
    killStarted();
    await webhook.stop();
    await mail.stop();
  });

  const begin = async (given = args): Promise<{ readonly id: string; readonly started: Started }> => {
    const started = startRecover(["run", plan, ...given, "--yes", "--as", contacts[0]!]);
    const { input } = await recordWith(files, started, (record) => stateOf(record).status === "waiting");
    return { id: input.runId, started };
  };

  it("escalates an unanswered approval, refuses a stranger and a second operator, and goes on with who, when and what was seen", async () => {
    const { id, started } = await begin(["--site", join(folder, "with-dead.json"), ...args.slice(2)]);
    await recordWith(files, started, ({ events }) => events.some(({ kind }) => kind === "approval-escalated"));
    const stranger = await recover(["approve", id, ...args, "--as", "stranger@example.com", "--saw", "nothing at all"]);
    assert.equal(stranger.exitCode, 2);
    assert.match(stranger.stderr, /--as: must be a contact of look-twice \(received stranger@example.com\)/);
    const silent = await recover(["approve", id, ...args, "--as", contacts[1]!]);
    assert.equal(silent.exitCode, 2);
    assert.match(silent.stderr, /--saw: must say what you saw/);
    const second = await recover(["run", plan, ...args, "--yes"]);
    assert.equal(second.exitCode, 4);
    assert.match(
      second.stderr,
      new RegExp(`first@example.com is carrying look-twice already: run ${id}, on .* \\(process ${started.pid}\\)`),
    );
    const approved = await recover([
      "approve",
      id,
      ...args,
      "--as",
      contacts[1]!,
      "--saw",
      "the region is down on both dashboards",
    ]);
    assert.equal(approved.exitCode, 0, approved.stderr);
    const ended = await started.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    const { events } = await files.get(id);
    const answer = events.find((event) => event.kind === "approved");
    assert.ok(answer?.kind === "approved");
    assert.deepEqual([answer.by, answer.saw], [contacts[1], "the region is down on both dashboards"]);
    const told = events.filter((event) => event.kind === "notified");
    for (const { delivered, failed } of told) {
      assert.deepEqual([...delivered].sort(), ["chat", "mail"]);
      assert.match(failed.join(), /^dead|^still under way/);
    }
    const own = [...webhook.received.keys()].filter((key) => key.startsWith(id));
    assert.ok(
      own.includes(`${id}:start`) && own.includes(`${id}:approval:look-1#1`) && own.includes(`${id}:end`),
      own.join(),
    );
    const asked = mail.mails.find(({ subject }) => subject.includes("still wants an approval"));
    assert.deepEqual(asked?.to, [contacts[1]]);
    const text = [ended.stdout, ended.stderr, JSON.stringify(events)].join("\n");
    assert.ok(!text.includes(webhook.url), "the webhook's address is a secret and was shown");
  });

  it("stops where a contact rejects, and asks again once resumed", async () => {
    const { id, started } = await begin();
    const rejected = await recover([
      "reject",
      id,
      ...args,
      "--as",
      contacts[0]!,
      "--reason",
      "not an outage after all",
    ]);
    assert.equal(rejected.exitCode, 0, rejected.stderr);
    const stopped = await started.ended;
    assert.equal(stopped.exitCode, 4);
    assert.match(stopped.stderr, /rejected by first@example.com: not an outage after all/);
    const resumed = startRecover(["resume", id, ...args]);
    await recordWith(files, resumed, (record) => stateOf(record).approval?.request === 2);
    const cancelled = await recover(["cancel", id, ...args, "--as", contacts[0]!]);
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    assert.equal((await resumed.ended).exitCode, 8);
    assert.equal(stateOf(await files.get(id)).status, "cancelled");
    const again = await recover(["resume", id, ...args]);
    assert.equal(again.exitCode, 2);
    assert.match(again.stderr, /is cancelled: there is nothing to resume/);
  });

  it("answers bad input at once, with every fault, and changes nothing", async () => {
    const bare = join(folder, "bare.yaml");
    const [look] = (smallPlan("bare", { look: ["watch-region"] }) as { steps: object[] }).steps;
    const steps = [{ ...look, runbook: "no-such-runbook" }];
    await writeFile(bare, JSON.stringify({ ...smallPlan("bare", { look: [] }), steps }));
    const cases: readonly [readonly string[], number, RegExp][] = [
      [["run", bare, ...args, "--yes"], 2, /steps\[0\]\.runbook: must have a runbook \(received no-such-runbook\)/],
      [
        ["run", "no-such-plan", ...args, "--yes"],
        2,
        /plan: must be the id of a plan, or a YAML file \(received no-such-plan\)/,
      ],
      [["run", "region-outage", ...args, "--yes"], 2, /production has no secondary region/],
      [["run", plan, ...args], 2, /--yes: is needed where no terminal is/],
      [["run", plan, ...args, "--yes", "--since", "2999-01-01T00:00:00Z"], 2, /must be RFC 3339 and not in the future/],
      [["status", "nothing", ...args], 2, /there is no run "nothing" of production/],
      [["plans", "--site", join(folder, "none.json")], 2, /none.json cannot be read/],
      [
        ["drill", "security-breach", "--detection", "0x3"],
        2,
        /must be a plan with a stand-in[\s\S]*--detection: must be SECONDSxFAILURES, both above 0 \(received 0x3\)/,
      ],
    ];
    for (const [given, exitCode, told] of cases) {
      const ended = await recover(given);
      assert.equal(ended.exitCode, exitCode, `${given.join(" ")}\n${ended.stderr}`);
      assert.match(ended.stderr, told);
    }
    assert.deepEqual(await files.ids("active"), []);
  });

  it("says with --dry-run what each step would do to which resource, and does nothing", async () => {
    const before = await files.ids("finished");
    const { stdout, exitCode } = await recover(["run", plan, ...args, "--dry-run"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /look, watch-region: probes of us-east-1: read only/);
    assert.deepEqual(await files.ids("finished"), before);
    assert.deepEqual(await files.ids("active"), []);
  });
});
