import { join } from "node:path";
import { planOf } from "../../cli/local/deploy.js";
import { messageOf } from "../../common/errors.js";
import { busyboxImage, imageArchive, usersFile } from "../../operations/local/images/catalogue.js";
import type { ImageSpec } from "../../operations/local/images/archive.js";
import { startPlatform, stopPlatform, type LocalPlatform } from "../../operations/local/platform.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import { say } from "../../operations/local/servers/cache.js";
import { ensureRecipe } from "../../operations/local/servers/ensure.js";
import { count, skip } from "../support/counts.js";
import { endWithTests } from "../support/servers/process.js";

const NAME = "nodes";

const standIn = {
  module: { folder: join(__dirname, "stand-in") },
  mainPackage: ".",
  version: "1.0.0",
  seconds: 10,
};

/** A version of the stand-in; those that fail are what a bad release is. */
export interface StandInVersion {
  readonly tag: string;
  /** One request of so many fails; default none. */
  readonly failEvery?: number;
}

/** As many as a test deploys one after the other: one that was stable before would be gone back to, past every stage. */
const releases = Array.from({ length: count(3, 12) }, (_, minor) => ({ tag: `1.${minor}.0` }));
export const versions: readonly StandInVersion[] = [...releases, { tag: "bad", failEvery: 2 }];
export const standInImage = (tag: string): string => `agent-platform.local/stand-in:${tag}`;

/** The image of a version, under its own name or others. */
export async function standInSpec(tag: string, names = [standInImage(tag)] as readonly string[]): Promise<ImageSpec> {
  const { failEvery = 0 } = versions.find((version) => version.tag === tag) ?? {};
  return {
    names,
    entries: [{ path: "/bin/stand-in", from: await ensureRecipe("stand-in", standIn) }, usersFile],
    entrypoint: ["/bin/stand-in"],
    env: { VERSION: tag, FAIL_EVERY: String(failEvery) },
  };
}

async function standInImages(): Promise<string[]> {
  const archives = [await imageArchive(await busyboxImage(["docker.io/library/busybox:1.37.0"]))];
  for (const { tag } of versions) archives.push(await imageArchive(await standInSpec(tag)));
  return archives;
}

async function start(): Promise<LocalPlatform> {
  const images = await standInImages();
  const started = performance.now();
  const platform = await startPlatform({
    ...planOf(NAME),
    images,
    onProcess: endWithTests,
  });
  say(`two regions with real nodes up in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return platform;
}

let running: Promise<LocalPlatform> | undefined;
let missing: Promise<string[]> | undefined;

/** The suite's platform, started on first use and shared by its files; skips with the reason where it cannot be had. */
export async function sharedPlatform(context: Mocha.Context): Promise<LocalPlatform> {
  missing ??= missingRequirements();
  const reasons = await missing;
  if (reasons.length > 0) skip(context, reasons.join("; "));
  running ??= start();
  return await running;
}

after(async function () {
  this.timeout(120_000);
  if (running === undefined) return;
  await running.catch((thrown: unknown) => say(messageOf(thrown)));
  await stopPlatform(NAME);
});
