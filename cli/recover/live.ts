import { clearScreenDown, moveCursor } from "node:readline";
import { describeEvent } from "../../operations/recovery/run/describe.js";
import type { RunRecord } from "../../operations/recovery/run/record.js";
import { runTable } from "./show.js";

/** Shows a run as it goes: a table that redraws itself on a terminal, a line an event elsewhere. */
export class LiveView {
  private shown = 0;
  private height = 0;
  private last: RunRecord | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly stream: NodeJS.WriteStream = process.stdout) {}

  update(record: RunRecord): void {
    this.last = record;
    if (!this.stream.isTTY) {
      for (const event of record.events.slice(this.shown)) this.stream.write(`${event.at} ${describeEvent(event)}\n`);
      this.shown = Math.max(this.shown, record.events.length);
      return;
    }
    // Elapsed times go on while nothing happens.
    this.timer ??= setInterval(() => this.draw(), 1_000).unref();
    this.draw();
  }

  private draw(): void {
    if (this.last === undefined) return;
    const text = runTable(this.last);
    if (this.height > 0) {
      moveCursor(this.stream, 0, -this.height);
      clearScreenDown(this.stream);
    }
    this.stream.write(`${text}\n`);
    this.height = text.split("\n").length;
  }

  end(): void {
    clearInterval(this.timer);
  }
}
