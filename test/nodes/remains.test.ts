import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { runCommand } from "../../common/command.js";
import { platformRemains, startPlatform, stopPlatform } from "../../operations/local/platform.js";
import { isRunning, Ledger } from "../../operations/local/ledger.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import { skip } from "../support/counts.js";

const NAME = "nodes-remains";

/** What a run could leave on the machine itself. */
async function machine(): Promise<{ mounts: string; links: string; rules: string }> {
  const [links, rules] = await Promise.all([runCommand("ip", ["-brief", "link"]), runCommand("iptables-save", [])]);
  return {
    mounts: await readFile("/proc/self/mounts", "utf8"),
    // Without the pair's index, which other interfaces' comings and goings change.
    links: links.stdout.replaceAll(/@\S+/g, ""),
    rules: rules.stdout.replaceAll(/^#.*$|\[\d+:\d+\]/gm, ""),
  };
}

describe("what a local platform leaves behind", function () {
  this.timeout(5 * 60_000);

  before(async function () {
    const missing = await missingRequirements();
    if (missing.length > 0) skip(this, missing.join("; "));
  });

  after(async () => {
    await stopPlatform(NAME);
  });

  it("is nothing, though the run that started it said nothing of its end", async () => {
    const before = await machine();
    const region = { name: "gone", nodes: 1, podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" };
    const { folder } = await startPlatform({ name: NAME, regions: [region], images: [], metrics: false });
    const ledger = await Ledger.open(folder);
    assert.ok((await platformRemains(NAME))!.running.includes("gone-1"));
    assert.ok(ledger.cgroups.every((cgroup) => existsSync(cgroup)));
    // Everything from here on knows only what is on disk, as a run after a SIGKILL does.
    const ended = await stopPlatform(NAME);
    assert.ok(ended >= 8, `${ended} processes`);
    assert.deepEqual(ledger.processes.filter(isRunning), []);
    assert.deepEqual(
      ledger.cgroups.filter((cgroup) => existsSync(cgroup)),
      [],
    );
    assert.equal(await platformRemains(NAME), undefined);
    assert.deepEqual(await machine(), before);
    process.stdout.write(`    ${ended} processes ended, ${ledger.cgroups.length} control groups removed\n`);
  });

  it("can be stopped again, and where it never was", async () => {
    assert.equal(await stopPlatform(NAME), 0);
    assert.equal(await stopPlatform("nodes-never-was"), 0);
  });
});
