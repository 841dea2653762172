import Table from "cli-table3";
import { startProgress } from "../output/progress.js";
import type { BackupJob } from "../../operations/backup/job.js";

/** Jobs as a table for a terminal, oldest first. */
export function jobTable(jobs: readonly BackupJob[]): string {
  const table = new Table({
    head: ["id", "kind", "status", "start", "end", "bytes", "location"],
    style: { head: [], border: [] },
  });
  for (const { id, kind, status, start, end, bytes, location, error } of jobs) {
    table.push([
      id,
      kind,
      error === undefined ? status : `${status}: ${error}`,
      start,
      end ?? "",
      bytes ?? "",
      location,
    ]);
  }
  return table.toString();
}

const WIDTH = 30;

/** A bar on standard error while something is read; nothing where that is no terminal. */
export function progressBar(what: string): (done: number, total: number) => void {
  return (done, total) => {
    if (!process.stderr.isTTY) return;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
    process.stderr.write(`\r${what} ${bar} ${Math.round(share * 100)} %${share === 1 ? "\n" : ""}`);
  };
}

/** Says on standard error which step runs, and on a terminal for how long. */
export function stepProgress(): { readonly step: (what: string) => void; readonly stop: () => void } {
  let current: { stop(): void } | undefined;
  return {
    step: (what) => {
      current?.stop();
      current = startProgress(what);
    },
    stop: () => current?.stop(),
  };
}
