import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { readStackFile } from "../../cli/preview/stack-files.js";
import { projectRoot } from "../../cli/root.js";
import { runCommand } from "../../common/command.js";
import { poll } from "../../common/poll.js";
import { startProcess, temporaryFolder } from "../support/servers/process.js";
import { KubeApi } from "../../operations/local/servers/region/api.js";
import { twoRegions, type TwoRegions } from "./cluster.js";

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("test servers", () => {
  it("leaves no server and no folder behind when the process that started them is killed", async () => {
    const script = `
      const { startProcess, temporaryFolder } = require(${JSON.stringify(require.resolve("../support/servers/process.ts"))});
      temporaryFolder("reaped").then((folder) => {
        const { pid } = startProcess("sleep", ["600"], { folder });
        process.stdout.write(JSON.stringify({ pid, folder }), () => process.kill(process.pid, "SIGKILL"));
      });`;
    const { stdout } = await runCommand(process.execPath, ["--require", "tsx/cjs", "-e", script], {
      allowExitCodes: [128],
    });
    const { pid, folder } = JSON.parse(stdout) as { pid: number; folder: string };
    await poll(() => (!isAlive(pid) && !existsSync(folder) ? true : undefined), {
      what: "the reaper",
      timeoutMs: 5000,
    });
  });

  it("says at once, with the log, that a server ended while it was waited for", async () => {
    const folder = await temporaryFolder("ended");
    const server = startProcess("sh", ["-c", "echo port taken; exit 3"], { folder, name: "broken" });
    await assert.rejects(
      server.until("readiness", () => Promise.resolve(undefined)),
      /broken ended while waiting for readiness:\nport taken/,
    );
  });
});

describe("two regions on loopback", function () {
  this.timeout(30 * 60_000);
  let regions: TwoRegions;
  before(async () => {
    regions = await twoRegions();
  });

  it("are up within 15 s once their binaries are cached", () => {
    // Where other work wants the same cores, each gets its share of them.
    const share = Math.max(1, loadavg()[0]! / availableParallelism());
    const limit = 15_000 * share;
    process.stdout.write(
      `    up in ${(regions.startMs / 1000).toFixed(1)} s at a load of ${share.toFixed(1)} a core\n`,
    );
    assert.ok(regions.startMs <= limit, `took ${Math.round(regions.startMs)} ms of ${Math.round(limit)}`);
  });

  it("run the Kubernetes of production's stack, with two ready nodes in each of three zones", async () => {
    const { config } = readStackFile(projectRoot, "production");
    const stack = JSON.parse(config["agent-platform:regions"] ?? "[]") as { cluster: { version: string } }[];
    const versions = [...new Set(stack.map(({ cluster }) => cluster.version))];
    assert.equal(versions.length, 1, versions.join(", "));
    for (const { api, name } of regions.both) {
      const { gitVersion } = await api.must<{ gitVersion: string }>("GET", "/version");
      for (const version of versions) assert.ok(gitVersion.startsWith(`v${version}.`), `${gitVersion}, not ${version}`);
      const nodes = await api.list("v1", "Node");
      const zones = nodes.map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"]).sort();
      assert.deepEqual(
        zones,
        ["a", "a", "b", "b", "c", "c"].map((letter) => `${name}${letter}`),
      );
    }
  });

  it("refuse an unknown field and a token of the other region", async () => {
    const { primary, secondary } = regions;
    const answer = await primary.api.tryApply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "misspelt", namespace: "default" },
      dta: {},
    });
    assert.ok(answer.status >= 400, `answered ${answer.status}`);
    assert.match(JSON.stringify(answer.body), /\.dta: field not declared in schema/);
    const stranger = new KubeApi({ ...primary.api.access, token: secondary.api.access.token });
    assert.equal((await stranger.ask("GET", "/api/v1/namespaces")).status, 401);
    stranger.close();
  });
});
