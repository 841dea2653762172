import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { BesidePlan } from "./beside.js";
import type { Ledger } from "./ledger.js";

const root = join(__dirname, "..", "..");

/** Starts what works beside a region; it goes on when this process has ended, until the platform is stopped. */
export async function startBeside(name: string, plan: BesidePlan, at: { folder: string; ledger: Ledger }) {
  const log = openSync(join(at.folder, "beside.log"), "a");
  const args = ["--import", "tsx", join(__dirname, "beside.ts"), JSON.stringify(plan)];
  const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error("the process beside the region did not start");
  await at.ledger.process(name, child.pid);
}
