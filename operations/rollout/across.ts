import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { poll } from "../../common/poll.js";
import { abortPatches, hasLeftGate, isParkedInVain, pausePatches, promotePatches, retryPatches } from "./commands.js";
import { patchRollout, readRollout, readStatus, type RegionDelivery } from "./region.js";
import { isReached, type DeliveryStatus, type RegionStatus } from "./status.js";

/** Secondary regions first: what goes wrong there has not touched the region that serves. */
export function inOrder(regions: readonly RegionDelivery[]): RegionDelivery[] {
  return [...regions].sort((a, b) => Number(a.role === "primary") - Number(b.role === "primary"));
}

/** Every region's status; a region that does not answer is part of the answer. */
export async function readAll(regions: readonly RegionDelivery[]): Promise<RegionStatus[]> {
  return await Promise.all(
    regions.map(async (region): Promise<RegionStatus> => {
      try {
        return await readStatus(region);
      } catch (thrown) {
        return { region: region.region, unreached: messageOf(thrown) };
      }
    }),
  );
}

/** What happened to one region. */
export interface RegionOutcome {
  readonly region: string;
  readonly done: boolean;
  readonly message: string;
}

async function actOn(region: RegionDelivery, act: (region: RegionDelivery) => Promise<string>): Promise<RegionOutcome> {
  try {
    return { region: region.region, done: true, message: await act(region) };
  } catch (thrown) {
    return { region: region.region, done: false, message: messageOf(thrown) };
  }
}

/** Pauses, aborts or retries in every region; one that fails does not keep the others from it. */
export async function changeAll(
  regions: readonly RegionDelivery[],
  change: "pause" | "abort" | "retry",
): Promise<RegionOutcome[]> {
  const patches = { pause: pausePatches, abort: abortPatches, retry: retryPatches }[change];
  const said = { pause: "paused", abort: "aborted", retry: "retried" }[change];
  return await Promise.all(
    inOrder(regions).map((region) =>
      actOn(region, async () => {
        await readRollout(region);
        await patchRollout(region, patches);
        return said;
      }),
    ),
  );
}

/** The status once it is about the newest version: what is said to the controller before, it forgets when it sees that. */
async function readSeen(region: RegionDelivery): Promise<DeliveryStatus> {
  const status = await readStatus(region);
  if (status.current) return status;
  return await poll(
    async () => {
      const now = await readStatus(region);
      return now.current ? now : undefined;
    },
    { what: `the controller in ${region.region} to see the newest version`, timeoutMs: 60_000, intervalMs: 200 },
  );
}

async function promoteOne(region: RegionDelivery, full: boolean): Promise<string> {
  const before = await readSeen(region);
  if (before.phase === "Healthy") return "nothing to promote";
  const asked = await readRollout(region);
  await patchRollout(region, promotePatches(asked, full));
  const after = await poll(
    async () => {
      const rollout = await readRollout(region);
      if (isParkedInVain(rollout)) await patchRollout(region, promotePatches(rollout, full));
      const now = await readStatus(region);
      const left = now.parked === undefined && (full || hasLeftGate(asked, rollout));
      const moved = now.stage !== before.stage || left;
      return now.phase === "Degraded" || moved ? now : undefined;
    },
    { what: `${region.region} to go on`, timeoutMs: 60_000, intervalMs: 500 },
  );
  if (after.phase === "Degraded") throw new PlatformError(after.message, ExitCode.resource);
  return `promoted: ${after.stage}`;
}

/** Promotes region after region, secondary first; the first that fails stops the rest. */
export async function promoteAll(regions: readonly RegionDelivery[], full: boolean): Promise<RegionOutcome[]> {
  const outcomes: RegionOutcome[] = [];
  for (const region of inOrder(regions)) {
    const failed = outcomes.find(({ done }) => !done);
    outcomes.push(
      failed
        ? { region: region.region, done: false, message: `left alone, because ${failed.region} failed` }
        : await actOn(region, () => promoteOne(region, full)),
    );
  }
  return outcomes;
}

/** The regions of a status answer that did not answer themselves. */
export function unreachedOf(statuses: readonly RegionStatus[]): string[] {
  return statuses.flatMap((status) => (isReached(status) ? [] : [`${status.region}: ${status.unreached}`]));
}
