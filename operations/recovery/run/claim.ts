import { hostname } from "node:os";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import type { ObjectStorage, Versioned } from "../../backup/storage.js";
import { isRunning } from "./running.js";

/** A claim that was not renewed for so long belongs to nobody. */
const STALE_MS = 60_000;
const RENEW_MS = 10_000;

/** Who carries a plan of a stack right now. Kept in a bucket: a laptop's own database excludes nobody. */
export interface ClaimRecord {
  readonly runId: string;
  readonly by: string;
  readonly host: string;
  readonly pid: number;
  /** RFC 3339 of the last sign of life. */
  readonly at: string;
  /** Set when the run is over; the object stays, so that every change of it is a conditional write. */
  readonly released?: boolean;
  /** Set when the run stands still, and the process that carried it is gone: a resume elsewhere need not wait. */
  readonly left?: boolean;
}

const keyOf = (stack: string, plan: string): string => `locks/${stack}/${plan}.json`;

/** What time it is by the clock of the bucket: that of a fresh object. */
async function storeNow(storage: ObjectStorage): Promise<number> {
  const key = `locks/clock-${hostname()}`;
  await storage.writeText(key, "now");
  return (await storage.readVersion(key))?.modified?.getTime() ?? Date.now();
}

/** Whether somebody carries it. Times of the bucket are compared: a laptop's clock may be wrong by any figure. */
async function isAlive(storage: ObjectStorage, { text, modified }: Versioned): Promise<boolean> {
  const { host, pid, at, left } = JSON.parse(text) as ClaimRecord;
  if (left === true) return false;
  if (host === hostname() && (pid === process.pid || !isRunning(pid))) return false;
  return (await storeNow(storage)) - (modified ?? new Date(at)).getTime() <= STALE_MS;
}

function taken(held: ClaimRecord, plan: string): PlatformError {
  return new PlatformError(
    `${held.by} is carrying ${plan} already: run ${held.runId}, on ${held.host} (process ${held.pid}), last seen ${held.at}`,
    ExitCode.resource,
  );
}

function unfinished(held: ClaimRecord, plan: string): PlatformError {
  return new PlatformError(
    `run ${held.runId} of ${plan}, started by ${held.by}, is not over and nobody carries it: resume or cancel it first`,
    ExitCode.resource,
  );
}

/** The one claim of a plan and stack, renewed until it is let go. */
export class Claim {
  private timer: NodeJS.Timeout | undefined;
  private record: ClaimRecord;
  private version: string;

  private constructor(
    private readonly storage: ObjectStorage,
    private readonly key: string,
    held: { readonly record: ClaimRecord; readonly version: string },
  ) {
    this.record = held.record;
    this.version = held.version;
  }

  /**
   * Claims the plan for a run, or says who has it. A claim without signs of life is taken over by the same run, which
   * is a resume; a new run must not pass over an unfinished one.
   */
  static async take(
    storage: ObjectStorage,
    wanted: {
      readonly stack: string;
      readonly plan: string;
      readonly runId: string;
      readonly by: string;
      /** Whether a run is over, although nobody let go of its claim: its process was killed in its last moment. */
      readonly isOver: (runId: string) => Promise<boolean>;
    },
  ): Promise<Claim> {
    const { stack, plan, runId, by, isOver } = wanted;
    const key = keyOf(stack, plan);
    const record = (): ClaimRecord => ({ runId, by, host: hostname(), pid: process.pid, at: new Date().toISOString() });
    for (;;) {
      const found = await storage.readVersion(key);
      const held = found === undefined ? undefined : (JSON.parse(found.text) as ClaimRecord);
      if (found !== undefined && held !== undefined && held.released !== true) {
        if (await isAlive(storage, found)) throw taken(held, plan);
        if (held.runId !== runId && !(await isOver(held.runId))) throw unfinished(held, plan);
      }
      const next = record();
      const text = `${JSON.stringify(next)}\n`;
      const version = await storage.swap(key, text, found?.version);
      if (version !== undefined) return new Claim(storage, key, { record: next, version });
    }
  }

  /** Lets go of the claim of a run that nobody carries any more; false where somebody does. */
  static async abandon(
    storage: ObjectStorage,
    { stack, plan, runId }: { readonly stack: string; readonly plan: string; readonly runId: string },
  ): Promise<boolean> {
    const key = keyOf(stack, plan);
    const found = await storage.readVersion(key);
    if (found === undefined) return true;
    const held = JSON.parse(found.text) as ClaimRecord;
    if (held.runId !== runId || held.released === true) return true;
    if (await isAlive(storage, found)) return false;
    const text = `${JSON.stringify({ ...held, released: true })}\n`;
    return (await storage.swap(key, text, found.version)) !== undefined;
  }

  /** Renews in the background. A claim that somebody else took is lost for good: `onLost` must end the process. */
  keep(onLost: (holder: ClaimRecord | undefined) => void): void {
    this.timer = setInterval(() => {
      this.renew().then(
        (held) => {
          if (!held) void this.holder().then(onLost, () => onLost(undefined));
        },
        // Out of reach for a while is no loss: whoever takes over must wait for the claim to be stale.
        () => undefined,
      );
    }, RENEW_MS);
    this.timer.unref();
  }

  private async holder(): Promise<ClaimRecord | undefined> {
    const found = await this.storage.readVersion(this.key);
    return found === undefined ? undefined : (JSON.parse(found.text) as ClaimRecord);
  }

  private async renew(change: Partial<ClaimRecord> = {}): Promise<boolean> {
    this.record = { ...this.record, at: new Date().toISOString(), ...change };
    const text = `${JSON.stringify(this.record)}\n`;
    const version = await this.storage.swap(this.key, text, this.version);
    if (version === undefined) return false;
    this.version = version;
    return true;
  }

  /** Stops renewing; with `over`, the next run may start. */
  async release(over: boolean): Promise<void> {
    clearInterval(this.timer);
    await this.renew(over ? { released: true } : { left: true }).catch(() => false);
  }
}
