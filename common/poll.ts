import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, PlatformError } from "./errors.js";

export interface PollOptions {
  /** What is waited for, as the time-out's message names it: "region us-east-1 to serve". */
  readonly what: string;
  /** Milliseconds between two attempts; default 200. */
  readonly intervalMs?: number;
  /** Milliseconds before giving up with exit code 9. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls `attempt` until it returns something other than `undefined`. An attempt that throws counts as not yet; the last
 * reason is part of the time-out's message.
 */
export async function poll<T>(attempt: () => T | undefined | Promise<T | undefined>, options: PollOptions): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let reason = "";
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (thrown) {
      reason = thrown instanceof Error ? `: ${thrown.message}` : "";
    }
    if (performance.now() >= deadline) {
      const seconds = Math.round(options.timeoutMs / 1000);
      throw new PlatformError(`gave up after ${seconds} s waiting for ${options.what}${reason}`, ExitCode.timeout);
    }
    await sleep(options.intervalMs ?? 200, undefined, { signal: options.signal });
  }
}
