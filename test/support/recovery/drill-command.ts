import { strict as assert } from "node:assert";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import type { Region } from "../servers/region/region.js";
import { recordWith, startRecover } from "./command.js";

const root = join(__dirname, "..", "..", "..");

/** A drill that is killed in the middle, and the next one; all of both is in the folder, which has a site file. */
export async function drillTwice(folder: string): Promise<void> {
  const where = ["--site", join(folder, "site.json"), "--state", join(folder, "state")];
  const drill = () => startRecover(["drill", "region-outage", ...where, "--detection", "1x2"], { TMPDIR: folder });
  const servers = async (): Promise<number> =>
    (await runCommand("ps", ["-A", "-o", "args="])).stdout
      .split("\n")
      .filter((line) => line.includes("postgres -D") && line.includes(folder)).length;
  const files = new RunFiles(join(folder, "state"), "production");
  const first = drill();
  await recordWith(files, first, ({ events }) => events.length >= 3);
  first.kill();
  await first.ended;
  assert.ok((await servers()) > 0, "the drill left no servers behind: it was killed too late");
  const second = await drill().ended;
  assert.equal(second.exitCode, 0, `${second.stdout}\n${second.stderr}`);
  assert.match(second.stderr, /was left by a drill that was killed: [12] servers stopped, folder removed/);
  assert.match(second.stderr, /region-outage-\w+ is cancelled: its process was killed/);
  assert.match(
    second.stdout,
    /^RTO .* of 15 min, of it automated .*\nRPO at most .* of 5 min\nclient: \d+ writes acknowledged/m,
  );
  assert.deepEqual(await files.ids("active"), []);
  assert.equal(await servers(), 0, "servers are left");
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith("recovery-drill-")),
    [],
  );
}

/** What the rule book says of a running cluster's drills: status and message. */
export async function drillVerdicts({ name, kubeconfigFile }: Region): Promise<string[]> {
  const { stdout } = await runCommand(
    process.execPath,
    ["scripts/agent-platform.js", "readiness", "--context", name, "--kubeconfig", kubeconfigFile, "--json"],
    { cwd: root, allowExitCodes: [5] },
  );
  const { results } = JSON.parse(stdout) as { results: { check: string; status: string; message: string }[] };
  return results.filter(({ check }) => check === "dr-drill").map(({ status, message }) => `${status}: ${message}`);
}
