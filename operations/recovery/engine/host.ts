import type { RunRecord } from "../run/record.js";
import type { RunControl } from "../run/control.js";
import type { Site } from "../site/site.js";
import type { Message } from "../notify/message.js";

/** What the workflow needs of the process that carries it; nothing of it is durable. */
export interface Host {
  readonly site: Site;
  readonly control: RunControl;
  /** Shows and keeps the record as it is now. */
  readonly publish: (record: Pick<RunRecord, "input" | "events">) => void;
  /** The run stands still until it is resumed. `replayed`: it did so before this process began. */
  readonly onStop: (stop: { readonly number: number; readonly reason: string; readonly replayed: boolean }) => void;
  readonly send: (channel: string, message: Message) => Promise<void>;
}

let current: Host | undefined;

export function setHost(host: Host): void {
  current = host;
}

export function host(): Host {
  if (current === undefined) throw new Error("the engine was not started");
  return current;
}
