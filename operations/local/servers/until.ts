import { readFile } from "node:fs/promises";
import { poll } from "../../../common/poll.js";

/** Long, because a machine with much else to do is slow, not broken; a server that ended is told of at once. */
const PATIENCE_MS = 180_000;

/** Waits until `probe` returns a value; fails at once, with the end of the log, where the server has ended. */
export type Until = <T>(what: string, probe: () => Promise<T | undefined>, timeoutMs?: number) => Promise<T>;

/** The way to wait for one server. */
export function untilOf(server: {
  readonly name: string;
  readonly logFile: string;
  readonly running: () => boolean;
}): Until {
  return async (what, probe, timeoutMs = PATIENCE_MS) => {
    const found = await poll(
      async () => {
        if (!server.running()) {
          return { ended: (await readFile(server.logFile, "utf8")).split("\n").slice(-12).join("\n") };
        }
        const value = await probe();
        return value === undefined ? undefined : { value };
      },
      { what, intervalMs: 50, timeoutMs },
    );
    if ("ended" in found) throw new Error(`${server.name} ended while waiting for ${what}:\n${found.ended ?? ""}`);
    return found.value;
  };
}
