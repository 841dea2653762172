/** Whether the full counts were asked for (`npm run soak`). */
export const soak = process.env.AGENT_PLATFORM_SOAK === "1";

/** The small count (or list) that `npm test` runs with, or the full one that the soak run prints. */
export function count<T>(small: T, full: T): T {
  return soak ? full : small;
}

/** Skips a test or a suite with a reason that is printed: a skip is never silent. */
export function skip(context: Mocha.Context, reason: string): never {
  process.stdout.write(`    skipped: ${reason}\n`);
  return context.skip();
}
