import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { quick } from "./timing.js";

const root = join(__dirname, "..", "..", "..");
const SCRIPT = "test/operations/backup/fixtures/one-backup.ts";

/**
 * Makes a backup in a process of its own, and kills it and all that it started so many milliseconds after it began: as
 * when its pod or machine is lost. Returns once its claim on the store has gone stale.
 * @param args Store, endpoint, port and password, as the script takes them.
 */
export async function killBackup(args: readonly string[], moment: number): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await Promise.race([sleep(moment), exited]);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await exited;
  await sleep(2 * quick.patienceMs);
}
