import { clearScreenDown, cursorTo } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { readAll } from "../../operations/rollout/across.js";
import type { RegionDelivery } from "../../operations/rollout/region.js";
import { isReached, type RegionStatus } from "../../operations/rollout/status.js";
import { renderLine, renderTable } from "./table.js";

export interface WatchOptions {
  /** One JSON document a change, each on a line of its own. */
  readonly json: boolean;
  readonly intervalMs: number;
}

/** Shows one look at every region. */
type Show = (statuses: readonly RegionStatus[]) => void;

const lineOf = (status: RegionStatus): string =>
  isReached(status) ? renderLine(status) : `${status.region}: not reached (${status.unreached})`;

/** Time left and the like change at every look: what counts as a change are phase, stage, weights and message. */
function essence(status: RegionStatus): string {
  if (!isReached(status)) return lineOf(status);
  const { phase, stage, weights, message, parked, image } = status;
  return JSON.stringify([phase, stage, weights, message, parked, image]);
}

/** A table that is drawn anew at every look. */
const live: Show = (statuses) => {
  cursorTo(process.stdout, 0, 0);
  clearScreenDown(process.stdout);
  process.stdout.write(`${renderTable(statuses)}\n${new Date().toISOString()}, Ctrl-C ends\n`);
};

/** Only changes, for logs and for programs. */
function changes(print: (status: RegionStatus) => string): Show {
  const shown = new Map<string, string>();
  return (statuses) => {
    for (const status of statuses) {
      const now = essence(status);
      if (shown.get(status.region) !== now) process.stdout.write(`${print(status)}\n`);
      shown.set(status.region, now);
    }
  };
}

/** A rollout is called Healthy a moment before its last weights are written: the end is when both are told. */
function hasEnded(status: RegionStatus): boolean {
  if (!isReached(status) || !status.current) return false;
  const { phase, strategy, weights } = status;
  return phase === "Degraded" || (phase === "Healthy" && (strategy !== "progressive" || weights.canary === 0));
}

/**
 * Shows every region until all deliveries have ended: a live table on a terminal, else a line a change.
 * @throws PlatformError where one has failed.
 */
export async function watchAll(regions: readonly RegionDelivery[], options: WatchOptions): Promise<void> {
  const lines = changes(options.json ? JSON.stringify : lineOf);
  const show = process.stdout.isTTY && !options.json ? live : lines;
  for (;;) {
    const statuses = await readAll(regions);
    show(statuses);
    if (statuses.every(hasEnded)) {
      const failed = statuses.filter((status) => isReached(status) && status.phase === "Degraded");
      if (failed.length === 0) return;
      throw new PlatformError(`failed: ${failed.map(lineOf).join("; ")}`, ExitCode.resource);
    }
    await sleep(options.intervalMs);
  }
}
