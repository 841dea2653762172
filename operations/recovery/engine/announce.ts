import { DBOS } from "@dbos-inc/dbos-sdk";
import { messageOf as textOf } from "../../../common/errors.js";
import { messageOf, type Message, type MessageKind } from "../notify/message.js";
import { host } from "./host.js";
import type { Journal } from "./journal.js";

/** Seconds for which a run that is over, or stands still, waits for messages that are still under way. */
const LINGER_SECONDS = 20;

export interface Delivery {
  readonly delivered: readonly string[];
  readonly failed: readonly string[];
}

/**
 * Sends a message on every channel, each tried again for about a minute; a channel that stays dead is told of in the
 * record. A workflow of its own, so that a dead channel never holds up the run.
 */
async function deliver(message: Message, channels: readonly string[]): Promise<Delivery> {
  const results = await Promise.allSettled(
    channels.map(async (channel) =>
      DBOS.runStep(async () => await host().send(channel, message), {
        name: `send:${channel}`,
        retriesAllowed: true,
        maxAttempts: 5,
        intervalSeconds: 1,
        backoffRate: 2,
      }),
    ),
  );
  const failed = results.flatMap((result, index) =>
    result.status === "rejected" ? [`${channels[index] ?? ""} (${textOf(result.reason).split("\n")[0] ?? ""})`] : [],
  );
  return { delivered: channels.filter((_, index) => results[index]?.status === "fulfilled"), failed };
}

const deliverWorkflow = DBOS.registerWorkflow(deliver, { name: "deliver" });

export interface Announcement {
  readonly kind: MessageKind;
  readonly key: string;
  readonly what: string;
  readonly to?: readonly string[];
  readonly lines?: readonly string[];
}

/** Keys of the messages that this process handed over. */
const handedOver: string[] = [];

/** Hands a message over for delivery; at least once, and once by key where the receiver can tell. */
export async function announce(journal: Journal, about: Announcement): Promise<void> {
  const channels = host().site.notifications.map(({ name }) => name);
  if (channels.length === 0) return;
  const message = messageOf(journal.input, journal.state, about);
  await DBOS.startWorkflow(deliverWorkflow, { workflowID: message.key })(message, channels);
  handedOver.push(message.key);
  journal.pending.push({ key: message.key, subject: message.subject });
}

/** Waits for what was handed over: a run that stands still ends its process, and nobody would be told why. */
export async function delivered(): Promise<void> {
  const results = handedOver.splice(0).map((key) => DBOS.retrieveWorkflow(key).getResult());
  const patience = new Promise((resolve) => setTimeout(resolve, LINGER_SECONDS * 1000).unref());
  await Promise.race([Promise.allSettled(results), patience]);
}

/** What became of the messages, as far as it is known a while after the run. */
export async function gather(journal: Journal): Promise<void> {
  const deadline = Date.now() + LINGER_SECONDS * 1000;
  for (const { key, subject } of journal.pending.splice(0)) {
    const timeoutSeconds = Math.max(1, (deadline - Date.now()) / 1000);
    const result = await DBOS.getResult<Delivery>(key, { timeoutSeconds });
    await journal.note({
      kind: "notified",
      subject,
      key,
      ...(result ?? { delivered: [], failed: ["still under way"] }),
    });
  }
}
