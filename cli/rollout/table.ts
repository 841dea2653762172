import { styleText } from "node:util";
import Table from "cli-table3";
import { isReached, type DeliveryStatus, type RegionStatus } from "../../operations/rollout/status.js";

const COLOURS = { Healthy: "green", Progressing: "cyan", Paused: "yellow", Degraded: "red" } as const;

/** A span of time for people: `44 min`, `30 s`. */
export function showSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return "unknown";
  if (seconds < 90) return `${seconds} s`;
  return `${Math.round(seconds / 60)} min`;
}

function showMetrics(status: DeliveryStatus): string {
  return status.metrics.map(({ name, value, phase }) => `${name} ${value} ${phase}`.trim()).join("\n");
}

function phaseCell(status: DeliveryStatus): string {
  const parked = status.parked === undefined ? "" : ` (${status.parked})`;
  return styleText(COLOURS[status.phase], `${status.phase}${parked}${status.current ? "" : " …"}`);
}

/** The table of `status` and `watch`: one row a region, unreached regions included. */
export function renderTable(statuses: readonly RegionStatus[]): string {
  const table = new Table({
    head: ["region", "strategy", "phase", "stage", "stable/canary %", "metrics", "time left", "message"],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, null, null, null, 44],
    wordWrap: true,
  });
  for (const status of statuses) {
    if (!isReached(status)) {
      table.push([status.region, "", styleText("red", "not reached"), "", "", "", "", status.unreached]);
      continue;
    }
    const { weights } = status;
    table.push([
      status.region,
      status.strategy,
      phaseCell(status),
      status.stage,
      `${weights.stable}/${weights.canary}`,
      showMetrics(status),
      showSeconds(status.secondsLeft),
      status.message,
    ]);
  }
  return table.toString();
}

/** One line a change, for logs. */
export function renderLine(status: DeliveryStatus): string {
  const { region, phase, stage, weights, message, secondsLeft } = status;
  const left = secondsLeft === undefined || secondsLeft === 0 ? "" : `, ${showSeconds(secondsLeft)} left`;
  return `${region}: ${phase}, ${stage}, ${weights.stable}/${weights.canary}${left}${message === "" ? "" : ` (${message})`}`;
}
