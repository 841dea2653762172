import { join } from "node:path";
import { runCommand } from "../common/command.js";
import { PlatformStack } from "../test/engine/support/platform.js";
import { installedPlugins } from "../test/engine/support/requirements.js";
import type { Bench } from "./main.js";
import { median, ratio } from "./measure.js";

const ROOT = join(__dirname, "..");
const PACK = join(ROOT, "policy");
const FLAGS = ["--policy-pack", PACK, "--policy-pack-config", join(PACK, "config", "production.json")];
const EMPTY = ["--policy-pack", join(__dirname, "empty-pack")];
const RUNS = 5;

/** Why the engine cannot be asked here, if it cannot. */
async function missing(): Promise<string | undefined> {
  const installed = await installedPlugins();
  if (installed === undefined) return "there is no pulumi on PATH";
  const plugins = ["kubernetes", "random"].filter((name) => !installed.includes(name));
  return plugins.length === 0 ? undefined : `the Pulumi plugins ${plugins.join(", ")} are not installed`;
}

async function seconds(platform: PlatformStack, flags: readonly string[]): Promise<number> {
  const started = performance.now();
  const { exitCode, stdout } = await platform.engine.tryPreview(...flags);
  if (exitCode !== 0) throw new Error(`pulumi preview ended with exit code ${exitCode}:\n${stdout.slice(-2000)}`);
  return (performance.now() - started) / 1000;
}

/**
 * What a pack costs is mostly the engine's: it starts a Node and, one resource after the other, awaits two calls, and the
 * stand-in clouds of this bench answer at once. What is ours is what is more than an empty pack.
 */
export const bench: Bench = {
  title:
    "pulumi preview of production with the policy pack, compiled, against the same with a pack that looks at nothing",
  async run() {
    const reason = await missing();
    if (reason !== undefined) return [`skipped: ${reason}`];
    await runCommand("node", ["--import", "tsx", join(PACK, "build.ts")], { cwd: ROOT });
    const platform = await PlatformStack.create("production", { standIns: ["aws", "gcp"] });
    const [ours, empty, none]: [number[], number[], number[]] = [[], [], []];
    try {
      await seconds(platform, FLAGS);
      for (let run = 0; run < RUNS; run += 1) {
        none.push(await seconds(platform, []));
        empty.push(await seconds(platform, EMPTY));
        ours.push(await seconds(platform, FLAGS));
      }
    } finally {
      platform.dispose();
    }
    const [withOurs, withEmpty, without] = [median(ours), median(empty), median(none)];
    const against = (value: number): string => (value / without).toFixed(2);
    return [
      ratio("pulumi preview, wall", [withOurs, withEmpty], { unit: "s", bound: 1.15 }),
      `without any pack: ${without.toFixed(2)} s; an empty pack takes ${against(withEmpty)} times that, ours ${against(withOurs)}`,
    ];
  },
};
