import { join } from "node:path";
import { temporaryFolder } from "./servers/process.js";

/** Gives the calling suite a cache of its own, which is empty and gone with the run. */
export function useOwnCache(purpose: string): void {
  let kept: string | undefined;

  before(async () => {
    kept = process.env.AGENT_PLATFORM_CACHE;
    process.env.AGENT_PLATFORM_CACHE = join(await temporaryFolder(purpose), "cache");
  });

  after(() => {
    if (kept === undefined) delete process.env.AGENT_PLATFORM_CACHE;
    else process.env.AGENT_PLATFORM_CACHE = kept;
  });
}
