import { ExitCode, PlatformError } from "../../../common/errors.js";
import { reveal } from "../site/places.js";
import type { Channel, Site } from "../site/site.js";
import type { Message } from "./message.js";

const SEND_MS = 10_000;

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(SEND_MS),
  });
  const text = await answer.text();
  // The address may carry a token: it is no part of the message.
  if (!answer.ok) throw new Error(`answered ${answer.status}: ${text.slice(0, 200)}`);
}

async function webhook(channel: Extract<Channel, { kind: "webhook" }>, message: Message): Promise<void> {
  const text = [`*${message.subject}*`, ...message.lines].join("\n");
  await post(reveal(channel.url), { text }, { "idempotency-key": message.key });
}

async function mail(channel: Extract<Channel, { kind: "smtp" }>, message: Message): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport(reveal(channel.url), {
    connectionTimeout: SEND_MS,
    greetingTimeout: SEND_MS,
    socketTimeout: SEND_MS,
  } as object);
  try {
    await transport.sendMail({
      from: channel.from,
      to: [...message.to],
      subject: message.subject,
      text: message.lines.join("\n"),
      priority: "high",
      // Mail programs show a message with an id that they have once.
      messageId: `<${message.key.replace(/[^\w.-]+/g, ".")}@${channel.from.split("@")[1] ?? "recovery"}>`,
    });
  } finally {
    transport.close();
  }
}

async function sns(channel: Extract<Channel, { kind: "sns" }>, message: Message): Promise<void> {
  const { SNSClient, PublishCommand } = await import("@aws-sdk/client-sns");
  const { topicArn, endpoint } = channel;
  const region = topicArn.split(":")[3];
  const client = new SNSClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: { requestTimeout: SEND_MS, connectionTimeout: SEND_MS },
  });
  const fifo = topicArn.endsWith(".fifo");
  try {
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: message.subject.slice(0, 100),
        Message: message.lines.join("\n"),
        MessageAttributes: { key: { DataType: "String", StringValue: message.key } },
        ...(fifo ? { MessageGroupId: message.runId, MessageDeduplicationId: message.key } : {}),
      }),
    );
  } finally {
    client.destroy();
  }
}

/** Events API v2: one incident a run, opened at its start and resolved at its end. */
async function pagerDuty(channel: Extract<Channel, { kind: "pagerduty" }>, message: Message): Promise<void> {
  await post(channel.url ?? "https://events.pagerduty.com/v2/enqueue", {
    routing_key: reveal(channel.routingKey),
    event_action: message.kind === "end" ? "resolve" : "trigger",
    dedup_key: message.runId,
    payload: {
      summary: message.subject.slice(0, 1024),
      source: "agent-platform recovery",
      severity: message.severity,
      custom_details: { key: message.key, lines: message.lines },
    },
  });
}

/** Sends a message on the channel of that name. */
export async function sendOn(site: Site, name: string, message: Message): Promise<void> {
  const channel = site.notifications.find((one) => one.name === name);
  if (channel === undefined) throw new PlatformError(`there is no channel ${name} any more`, ExitCode.configuration);
  switch (channel.kind) {
    case "webhook":
      await webhook(channel, message);
      return;
    case "smtp":
      await mail(channel, message);
      return;
    case "sns":
      await sns(channel, message);
      return;
    case "pagerduty":
      await pagerDuty(channel, message);
      return;
  }
}
