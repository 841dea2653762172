import { strict as assert } from "node:assert";
import { mock } from "node:test";
import * as route53 from "@aws-sdk/client-route-53";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { changeRecords } from "../../../operations/recovery/actions/records.js";
import { throwSwitch } from "../../../operations/recovery/actions/traffic.js";
import type { ActionContext } from "../../../operations/recovery/action.js";
import { readLease, renewLease, writeLease } from "../../../operations/recovery/lease/lease.js";
import { LeaseKeeper } from "../../../operations/recovery/lease/keeper.js";
import { sendOn } from "../../../operations/recovery/notify/send.js";
import { Claim } from "../../../operations/recovery/run/claim.js";
import { openPlace } from "../../../operations/recovery/site/places.js";
import { parseSite } from "../../../operations/recovery/site/load.js";
import type { Site } from "../../../operations/recovery/site/site.js";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { skip } from "../../support/counts.js";
import { startMoto, type Moto } from "../../support/servers/moto.js";
import { startObjectStore, type ObjectStore } from "../../support/servers/object-store.js";
import { temporaryFolder } from "../../support/servers/process.js";

const site = (more: object): Site =>
  parseSite(
    {
      stack: "production",
      publicUrl: "https://agent-api.example.com",
      primary: "us-east-1",
      regions: {
        "us-east-1": { url: "https://us-east-1.agent-api.example.com" },
        "us-west1": { url: "https://us-west1.agent-api.example.com" },
      },
      control: { uri: "file:///nowhere" },
      ...more,
    },
    "the test's site",
  );

const context = (of: Site): ActionContext => ({
  site: of,
  runId: "20261124-000000-region-outage-test",
  planId: "region-outage",
  stepId: "dns-failover",
  key: "key",
  from: "us-east-1",
  to: "us-west1",
  facts: {},
  forced: [],
  drill: true,
  contacts: ["oncall@example.com"],
  startedAt: new Date().toISOString(),
  signal: new AbortController().signal,
});

describe("claims, leases and switches on an S3 server", function () {
  this.timeout(600_000);
  let store: ObjectStore;
  const place = (path: string): { uri: string; endpoint: string } => ({
    uri: `s3://outside/${path}`,
    endpoint: store.endpoint,
  });
  before(async () => {
    store = await startObjectStore(await temporaryFolder("recovery-s3"), ["outside", "switch-us-west1"]);
    Object.assign(process.env, store.env);
  });
  after(async () => await store.process.stop());

  const wanted = (runId: string, over: readonly string[] = []) => ({
    stack: "production",
    plan: "region-outage",
    runId,
    by: `operator of ${runId}`,
    isOver: (id: string) => Promise.resolve(over.includes(id)),
  });

  it("give a plan to one of two operators who begin at once, and to the next only when that one has let go", async () => {
    const storage = openPlace(place("control"));
    const both = await Promise.allSettled([Claim.take(storage, wanted("a")), Claim.take(storage, wanted("b"))]);
    const won = both.filter((one) => one.status === "fulfilled");
    assert.equal(won.length, 1, "both have it, or neither");
    const claim = won[0]!.value;
    const holder = both[0].status === "fulfilled" ? "a" : "b";
    // The same process counts as dead here, so the claim is one of a run that nobody carries.
    await assert.rejects(Claim.take(storage, wanted("c")), new RegExp(`run ${holder} of region-outage.*is not over`));
    await (await Claim.take(storage, wanted("c", [holder]))).release(true);
    await claim.release(true);
    await (await Claim.take(storage, wanted("d"))).release(true);
  });

  it("move the lease by nobody but a recovery, and the keeper that lost it fences its region", async () => {
    const lease = place("lease/writer.json");
    const states: string[] = [];
    const keeper = new LeaseKeeper({
      place: lease,
      region: "us-east-1",
      ttlSeconds: 3,
      claimAbsent: true,
      fence: () => Promise.resolve(),
      release: () => Promise.resolve(),
      onChange: (state) => void states.push(state),
    });
    assert.equal(await renewLease(lease, { region: "us-west1", ttlSeconds: 3, claimAbsent: false }), undefined);
    keeper.start();
    try {
      await poll(() => (states.includes("holding") ? true : undefined), { what: "the lease", timeoutMs: 30_000 });
      assert.equal(await renewLease(lease, { region: "us-west1", ttlSeconds: 3, claimAbsent: true }), undefined);
      const { fencePrimary } = await import("../../../operations/recovery/actions/fence.js");
      const began = Date.now();
      const outcome = await fencePrimary.run(context(site({ lease })));
      // It waits for the whole of what was granted, with the clocks' difference, and never promotes before.
      assert.ok(Date.now() >= Date.parse(String(outcome.facts?.fencedFrom)), "it did not wait");
      assert.ok(Date.now() - began >= 3_000);
      assert.equal(states.at(-1), "fenced");
      assert.equal((await readLease(lease))?.lease.holder, "us-west1");
    } finally {
      keeper.stop();
    }
  });

  it("let the region be fenced when the store's clock says so, whatever the clocks of region and operator are", async () => {
    const { fencePrimary } = await import("../../../operations/recovery/actions/fence.js");
    const hour = 3_600_000;
    for (const [name, off] of [
      ["behind", -hour],
      ["ahead", hour],
    ] as const) {
      const lease = place(`lease/${name}.json`);
      const expiresAt = new Date(Date.now() + off + 1_000).toISOString();
      assert.ok(await writeLease(lease, { holder: "us-east-1", expiresAt, ttlSeconds: 1, epoch: 1 }));
      const began = performance.now();
      // This machine's clock is wrong too, by half a minute.
      const clock = mock.method(Date, "now", () => performance.timeOrigin + performance.now() + 30_000);
      try {
        const { summary } = await fencePrimary.run(context(site({ lease })));
        assert.match(summary, /this machine's clock is (29|30|31) s ahead of the store's/);
      } finally {
        clock.mock.restore();
      }
      // A second that was granted and five of grace; the store tells whole seconds.
      const waited = performance.now() - began;
      assert.ok(waited > 4_500 && waited < 30_000, `${Math.round(waited)} ms with the region's clock ${name}`);
      assert.equal((await readLease(lease))?.lease.holder, "us-west1");
    }
  });

  it("throw the switch in the bucket that answers while another is out of reach, and refuse where none does", async () => {
    const dead = { uri: "s3://switch-us-east-1", endpoint: "http://127.0.0.1:9" };
    const good = { uri: "s3://switch-us-west1", endpoint: store.endpoint };
    const of = site({});
    const [lost, standby] = [of.regions["us-east-1"]!, of.regions["us-west1"]!];
    const with_ = (places: readonly (typeof dead)[]): Site => ({
      ...of,
      regions: { "us-east-1": { ...lost, switch: places[0] }, "us-west1": { ...standby, switch: places[1] } },
    });
    const outcome = await throwSwitch.run(context(with_([dead, good])));
    assert.match(outcome.summary, /^switch of us-east-1 thrown in us-west1; not in s3:\/\/switch-us-east-1: /);
    assert.ok(await openPlace(good).readVersion("fail-away/us-east-1"));
    await assert.rejects(throwSwitch.run(context(with_([dead, dead]))), /could be thrown nowhere/);
  });

  it("say who may not, where the credentials are refused", async () => {
    const before = process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_SECRET_ACCESS_KEY = "wrong";
    try {
      await assert.rejects(Claim.take(openPlace(place("control")), wanted("e")), {
        name: "PlatformError",
        exitCode: 3,
      });
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = before;
    }
  });
});

/** A topic that keeps order, with a queue on it. */
async function fifoTopic({ python, endpoint }: Moto): Promise<{
  readonly topicArn: string;
  readonly count: () => Promise<number>;
}> {
  const clients = `import boto3
sns, sqs = (boto3.client(name, endpoint_url="${endpoint}", region_name="us-east-1") for name in ("sns", "sqs"))
`;
  const run = async (code: string): Promise<string> =>
    (await runCommand(python, ["-c", clients + code], { timeoutMs: 60_000 })).stdout.trim();
  const topicArn =
    await run(`topic = sns.create_topic(Name="recovery.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
queue = sqs.create_queue(QueueName="recovery.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
print(topic)`);
  return {
    topicArn,
    count: async () =>
      Number(
        await run(`queue = sqs.get_queue_url(QueueName="recovery.fifo")["QueueUrl"]
print(len(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])))`),
      ),
  };
}

describe("Route 53 and SNS, as moto answers", function () {
  this.timeout(600_000);
  let moto: Moto;
  before(async function () {
    const started = await startMoto(await temporaryFolder("recovery-moto"));
    if ("missing" in started) return skip(this, started.missing);
    moto = started;
    Object.assign(process.env, moto.env);
  });
  after(async () => await (moto as Moto | undefined)?.process.stop());

  it("change the primary's record to the standby where no switch can be thrown, once", async () => {
    const client = new route53.Route53Client({ endpoint: moto.endpoint, region: "us-east-1" });
    const { HostedZone } = await client.send(
      new route53.CreateHostedZoneCommand({ Name: "example.com", CallerReference: "test" }),
    );
    const zoneId = HostedZone!.Id!.replace("/hostedzone/", "");
    const { HealthCheck } = await client.send(
      new route53.CreateHealthCheckCommand({
        CallerReference: "test",
        HealthCheckConfig: { Type: "HTTPS", FullyQualifiedDomainName: "us-east-1.agent-api.example.com", Port: 443 },
      }),
    );
    const record = (SetIdentifier: string, Failover: "PRIMARY" | "SECONDARY", to: string): route53.Change => ({
      Action: "CREATE",
      ResourceRecordSet: {
        Name: "agent-api.example.com",
        Type: "CNAME",
        TTL: 60,
        SetIdentifier,
        Failover,
        HealthCheckId: HealthCheck!.Id!,
        ResourceRecords: [{ Value: `${to}.agent-api.example.com` }],
      },
    });
    const Changes = [record("a", "PRIMARY", "us-east-1"), record("b", "SECONDARY", "us-west1")];
    await client.send(new route53.ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));
    const of = site({ dns: { zoneId, endpoint: moto.endpoint } });
    const outcome = await throwSwitch.run(context(of));
    assert.match(outcome.summary, /^1 records of agent-api.example.com lead to us-west1 now/);
    const found = await client.send(new route53.ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
    const values = (found.ResourceRecordSets ?? [])
      .filter(({ Failover }) => Failover !== undefined)
      .map(({ SetIdentifier, HealthCheckId, ResourceRecords }) => [
        SetIdentifier,
        HealthCheckId,
        ResourceRecords?.[0]?.Value,
      ]);
    const standby = "us-west1.agent-api.example.com";
    assert.deepEqual(values, [
      ["a", HealthCheck!.Id, standby],
      ["b", HealthCheck!.Id, standby],
    ]);
    assert.match(
      (await changeRecords.run(context(of))).summary,
      /^no record of agent-api.example.com leads to us-east-1/,
    );
    const away = site({ dns: { zoneId, endpoint: "http://127.0.0.1:9" } });
    await assert.rejects(changeRecords.run(context(away)), /ECONNREFUSED/);
  });

  it("publish a message on a topic, and fail plainly where there is none", async () => {
    const client = new SNSClient({ endpoint: moto.endpoint, region: "us-east-1" });
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: "recovery" }));
    const channel = (topicArn: string) =>
      site({ notifications: [{ kind: "sns", name: "topic", topicArn, endpoint: moto.endpoint }] });
    const message = {
      key: "run:start",
      kind: "start",
      severity: "critical",
      runId: "run",
      subject: "Region outage of production: recovery started",
      lines: ["one line"],
      to: [],
    } as const;
    await sendOn(channel(TopicArn!), "topic", message);
    // A topic that keeps order drops what it has by the message's key.
    const queue = await fifoTopic(moto);
    for (let time = 0; time < 2; time += 1) await sendOn(channel(queue.topicArn), "topic", message);
    assert.equal(await queue.count(), 1);
    await assert.rejects(sendOn(channel(`${TopicArn!}-absent`), "topic", message), /not exist|NotFound/i);
  });
});
