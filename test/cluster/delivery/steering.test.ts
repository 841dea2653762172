import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deliveryNames } from "../../../components/delivery/names.js";
import { serviceHost } from "../../../components/traffic/routes.js";
import { registerRollout } from "../../../cli/rollout/command.js";
import { runCommand, type CommandResult } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { readAll } from "../../../operations/rollout/across.js";
import { readStatus, type RegionDelivery } from "../../../operations/rollout/region.js";
import type { DeliveryStatus } from "../../../operations/rollout/status.js";
import { runHere } from "../../support/command-here.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { Wire } from "../../support/servers/proxy.js";
import { rolloutsController, type RolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions, type TwoRegions } from "../cluster.js";
import { Stand } from "./stand.js";
import { requireProgram } from "../../support/servers/programs.js";
import { Watching } from "./watching.js";

const ROOT = join(__dirname, "..", "..", "..");
const NAMESPACE = "steered";
/** Long enough that nothing goes on by itself while the test looks. */
const HOLD = "10m";

/** What the live table begins with: the cursor goes home, what is below is cleared. */
const CLEAR = "\u001b[1;1H\u001b[0J";
const TITLES = ["stage", "stable/canary %", "metrics", "time left"];
const COMMON = ["--namespace", NAMESPACE, "--interval", "0.5"];

/** The command line of `rollout` with these arguments; found in `PATH` of `env` are the programs that it runs. */
async function steer(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  return await runCommand(process.execPath, ["--import", "tsx", "cli/main.ts", "rollout", ...args, ...COMMON], {
    cwd: ROOT,
    env,
    allowExitCodes: [1, 2, 4, 9],
  });
}

describe("rollout commands against two real regions", function () {
  this.timeout(15 * 60_000);
  let regions: TwoRegions;
  let controllers: readonly RolloutsController[];
  let deliveries: readonly RegionDelivery[] = [];
  /** Between the commands and the secondary region, whose kubeconfig leads over it. */
  let wire: Wire;
  let overWire: string;
  const stands: Stand[] = [];

  const targets = (): string[] => [
    `--primary=us-east-1=${regions.primary.kubeconfigFile}`,
    `--secondary=us-west1=${overWire}`,
  ];
  /** The command in this process; what is about processes starts its own by `steer`. */
  const rollout = async (...args: string[]): Promise<CommandResult> =>
    await runHere(registerRollout, ["rollout", ...args, ...targets(), ...COMMON]);
  /** What `status` answers with, without another start of the command line. */
  const both = async (): Promise<DeliveryStatus[]> => (await readAll(deliveries)) as DeliveryStatus[];

  before(async function () {
    const path = await requireProgram(this, "prometheus");
    regions = await twoRegions();
    const { api, kubeconfigFile } = regions.secondary;
    wire = await Wire.to(api.access.server);
    overWire = `${kubeconfigFile}-over-wire`;
    const direct = await readFile(kubeconfigFile, "utf8");
    await writeFile(overWire, direct.replace(api.access.server, wire.url.replace("http:", "https:")), { mode: 0o600 });
    controllers = await Promise.all(regions.both.map(rolloutsController));
    const opened = regions.both.map(
      async (region) =>
        await Stand.open({
          region,
          namespace: NAMESPACE,
          prometheusProgram: path,
          strategy: "progressive",
          tuning: { hold: HOLD },
        }),
    );
    stands.push(...(await Promise.all(opened)));
    deliveries = [await stands[0]!.delivery("primary"), await stands[1]!.delivery("secondary")];
  });
  after(async () => {
    await Promise.all(stands.map((stand) => stand.close()));
    await (wire as Wire | undefined)?.close();
  });

  const untilFirstStage = async (): Promise<void> => {
    for (const stand of stands) {
      const trail = await stand.follow();
      await trail.until(5);
      trail.stop();
    }
  };
  const deploy = async (tag: string): Promise<void> => {
    await Promise.all(stands.map((stand) => stand.deploy(tag)));
    await untilFirstStage();
  };

  it("wait is not taken in by the phase of an older generation", async () => {
    await controllers[1]!.kill();
    try {
      await stands[1]!.deploy("1.9.0");
      const { stdout, exitCode } = await rollout("wait", "--region", "us-west1", "--timeout", "3");
      assert.deepEqual([stdout, exitCode], ["", 9], "the controller is dead: Healthy is said of the version before");
    } finally {
      await stands[1]!.deploy("1.0.0");
      await controllers[1]!.start();
    }
    await stands[1]!.untilHealthy();
  });

  it("status tells stage, weights and time left of both regions, exit code 0", async () => {
    await deploy("2.0.0");
    const { stdout, exitCode } = await steer(["status", "--json", ...targets()]);
    assert.equal(exitCode, 0);
    for (const status of JSON.parse(stdout) as DeliveryStatus[]) {
      assert.deepEqual(
        [status.strategy, status.stage, status.weights, status.parked],
        ["progressive", "canary-5 (1 of 4)", { stable: 95, canary: 5 }, undefined],
      );
      assert.ok((status.secondsLeft ?? 0) > 1500 && (status.secondsLeft ?? 0) <= 1803, String(status.secondsLeft));
    }
    const table = await rollout("status");
    assert.equal(table.exitCode, 0);
    assert.match(table.stdout, /us-east-1.*progressive.*canary-5/);
  });

  it("keeps the header's route to the canary while the shares move", async () => {
    for (const stand of stands) {
      const { routes } = stand.objects;
      const { spec } = await stand.api.get(routes.apiVersion, routes.kind, routes.metadata);
      const [first] = (spec as { http: { match: object[]; route: object[] }[] }).http;
      assert.deepEqual(first!.match[0], { headers: { "x-canary": { exact: "true" } } });
      assert.deepEqual(first!.route, [{ destination: { host: serviceHost(deliveryNames.canary, NAMESPACE) } }]);
      assert.deepEqual((await stand.served())[deliveryNames.canary], ["2.0.0"]);
    }
  });

  it("pause parks both regions, promote takes them on, secondary first", async () => {
    assert.equal((await rollout("pause")).exitCode, 0);
    const parked = await poll(
      async () => ((await both()).every((status) => status.parked === "approval") ? true : undefined),
      { what: "both regions to be paused", timeoutMs: 30_000 },
    );
    assert.equal(parked, true);
    const resumed = await rollout("promote", "--json");
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    const order = (JSON.parse(resumed.stdout) as { region: string }[]).map(({ region }) => region);
    assert.deepEqual(order, ["us-west1", "us-east-1"]);
    assert.ok((await both()).every(({ parked: by }) => by === undefined));
  });

  it("takes the regions from a stack's outputs as well", async () => {
    const outputs = {
      regions: { "us-east-1": { role: "primary" }, "us-west1": { role: "secondary" } },
      kubeconfigs: Object.fromEntries(
        await Promise.all(
          regions.both.map(async ({ name, kubeconfigFile }) => [name, await readFile(kubeconfigFile, "utf8")] as const),
        ),
      ),
    };
    const folder = await temporaryFolder("stack");
    const file = join(folder, "outputs.json");
    await writeFile(file, JSON.stringify(outputs));
    // The engine suite asks the real CLI; this stands in for its one call.
    await writeFile(join(folder, "pulumi"), `#!/bin/sh\necho "$@" > ${file}.asked\ncat ${file}\n`, { mode: 0o700 });
    const env = { PATH: `${folder}:${process.env.PATH ?? ""}` };
    const { stdout, exitCode, stderr } = await steer(["status", "--stack", "production", "--json"], env);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(
      (JSON.parse(stdout) as DeliveryStatus[]).map(({ region, stage }) => [region, stage]),
      [
        ["us-east-1", "canary-5 (1 of 4)"],
        ["us-west1", "canary-5 (1 of 4)"],
      ],
    );
    const asked = (await readFile(`${file}.asked`, "utf8")).trim();
    assert.equal(asked, "stack output --json --show-secrets --stack production");
  });

  it("promote --full and wait deliver both regions, exit code 0; watch shows it on a terminal and in a pipe", async () => {
    const [terminal, pipe] = [
      Watching.onTerminal([...targets(), ...COMMON]),
      Watching.inPipe([...targets(), ...COMMON]),
    ];
    await Promise.all([terminal.untilShown(), pipe.untilShown()]);
    const promoted = await rollout("promote", "--full");
    assert.equal(promoted.exitCode, 0, promoted.stderr);
    const waited = await rollout("wait", "--timeout", "90");
    assert.equal(waited.exitCode, 0, waited.stderr);
    assert.equal(waited.stdout.trim(), "delivered in us-west1, us-east-1");
    for (const status of await both()) {
      assert.deepEqual([status.phase, status.image.split(":").at(-1)], ["Healthy", "2.0.0"]);
    }
    assert.deepEqual(await Promise.all([terminal.ended, pipe.ended]), [0, 0]);
    const drawings = terminal.stdout.split(CLEAR).slice(1);
    assert.ok(drawings.length > 1, `drawn ${drawings.length} times`);
    for (const drawing of drawings) for (const title of TITLES) assert.ok(drawing.includes(title), title);
    assert.match(drawings.at(-1) ?? "", /Healthy[\s\S]*Healthy/);
    assert.match(pipe.stdout, /^us-west1: Paused, canary-5 \(1 of 4\), 95\/5/m);
    assert.match(pipe.stdout, /^us-east-1: Healthy, full, 100\/0$/m);
    assert.ok(!pipe.stdout.includes("\u001b"), "no terminal codes in a pipe");
  });

  it("abort sends all traffic back, and wait fails on it with exit code 4", async () => {
    await deploy("2.0.1");
    assert.equal((await rollout("abort")).exitCode, 0);
    for (const stand of stands) await stand.untilPhase("Degraded");
    const waited = await steer(["wait", "--timeout", "60", ...targets()]);
    assert.equal(waited.exitCode, 4);
    assert.match(waited.stderr, /in us-west1 failed: aborted.*\(not waited for: us-east-1\)/);
    assert.ok((await both()).every(({ weights }) => weights.canary === 0));
    const watched = await rollout("watch", "--json");
    assert.equal(watched.exitCode, 4);
    const phases = watched.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as DeliveryStatus).phase);
    assert.deepEqual(phases, ["Degraded", "Degraded"]);
  });

  it("retry starts the aborted version again in both regions; wait times out on its long stage with exit code 9", async () => {
    const retried = await rollout("retry");
    assert.deepEqual([retried.stdout, retried.exitCode], ["us-west1: retried\nus-east-1: retried\n", 0]);
    await untilFirstStage();
    assert.ok((await both()).every(({ image }) => image.endsWith(":2.0.1")));
    assert.equal((await rollout("wait", "--timeout", "2")).exitCode, 9);
  });

  it("answers for the region that is up, and says which was not reached", async () => {
    // As the commands see an API server that is down: nothing listens.
    await wire.close();
    const answer = await rollout("status", "--json");
    assert.equal(answer.exitCode, 4);
    const [primary, secondary] = JSON.parse(answer.stdout) as [DeliveryStatus, { region: string; unreached: string }];
    assert.deepEqual([primary.region, primary.stage], ["us-east-1", "canary-5 (1 of 4)"]);
    assert.equal(secondary.region, "us-west1");
    assert.match(answer.stderr, /not reached: us-west1: .*ECONNREFUSED/);
    const promoted = await rollout("promote");
    assert.equal(promoted.exitCode, 4);
    assert.match(
      promoted.stdout,
      /^us-west1: FAILED: .*ECONNREFUSED.*\nus-east-1: FAILED: left alone, because us-west1 failed$/m,
    );
    assert.equal((await readStatus(deliveries[0]!)).stage, "canary-5 (1 of 4)");
    const aborted = await rollout("abort");
    assert.equal(aborted.exitCode, 4);
    await stands[0]!.untilPhase("Degraded");
  });
});
