import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Ledger } from "../ledger.js";
import type { EnforcerPlan } from "./enforcer.js";

const root = join(__dirname, "..", "..", "..");

/** Starts the enforcer of one region; it goes on when this process has ended, until the platform is stopped. */
export async function startEnforcer(name: string, plan: EnforcerPlan, at: { folder: string; ledger: Ledger }) {
  const log = openSync(join(at.folder, "enforcer.log"), "a");
  const args = ["--import", "tsx", join(__dirname, "enforcer.ts"), JSON.stringify(plan)];
  const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error("the enforcer of network policies did not start");
  await at.ledger.process(name, child.pid);
}
