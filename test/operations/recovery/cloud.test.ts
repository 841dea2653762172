import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as route53 from "@aws-sdk/client-route-53";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { changeRecords } from "../../../operations/recovery/actions/records.js";
import { throwSwitch } from "../../../operations/recovery/actions/traffic.js";
import { healthCheckVerdict } from "../../../operations/recovery/route53.js";
import { sendOn } from "../../../operations/recovery/notify/send.js";
import { runCommand } from "../../../common/command.js";
import { skip } from "../../support/counts.js";
import { startMoto, type Moto } from "../../support/servers/moto.js";
import { temporaryFolder } from "../../support/servers/process.js";

import { context, site } from "../../support/recovery/context.js";
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

/** Route 53 where of sixteen checkers some say success: moto has one checker, which always does. */
async function checkers(successes: number): Promise<{ readonly endpoint: string; readonly stop: () => void }> {
  const status = (index: number): string =>
    index < successes ? "Success: HTTP Status Code: 200" : "Failure: timed out";
  const observations = Array.from(
    { length: 16 },
    (_, index) =>
      `<HealthCheckObservation><Region>us-east-1</Region><IPAddress>192.0.2.${index}</IPAddress>` +
      `<StatusReport><Status>${status(index)}</Status></StatusReport></HealthCheckObservation>`,
  ).join("");
  const xmlns = "https://route53.amazonaws.com/doc/2013-04-01/";
  const body = `<GetHealthCheckStatusResponse xmlns="${xmlns}"><HealthCheckObservations>${observations}</HealthCheckObservations></GetHealthCheckStatusResponse>`;
  const server = createServer((_, response) => response.setHeader("content-type", "text/xml").end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => void server.close() };
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

  it("say whether an endpoint is up, and nothing where nobody can say", async () => {
    const client = new route53.Route53Client({ endpoint: moto.endpoint, region: "us-east-1" });
    const { HealthCheck } = await client.send(
      new route53.CreateHealthCheckCommand({
        CallerReference: "verdict",
        HealthCheckConfig: { Type: "HTTPS", FullyQualifiedDomainName: "us-east-1.agent-api.example.com", Port: 443 },
      }),
    );
    assert.deepEqual(await healthCheckVerdict(HealthCheck!.Id!, moto.endpoint), {
      verdict: "up",
      detail: "1 of 1 checkers say success",
    });
    const absent = await healthCheckVerdict("00000000-0000-0000-0000-000000000000", moto.endpoint);
    assert.deepEqual([absent.verdict, /health check/i.test(absent.detail)], ["unknown", true], absent.detail);
    const away = await healthCheckVerdict(HealthCheck!.Id!, "http://127.0.0.1:9");
    assert.deepEqual([away.verdict, away.detail.includes("ECONNREFUSED")], ["unknown", true], away.detail);
    for (const [successes, verdict] of [
      [16, "up"],
      [3, "up"],
      [2, "down"],
      [0, "down"],
    ] as const) {
      const { endpoint, stop } = await checkers(successes);
      const detail = `${successes} of 16 checkers say success`;
      assert.deepEqual(await healthCheckVerdict("any", endpoint), { verdict, detail }, "healthy above 18 %");
      stop();
    }
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
