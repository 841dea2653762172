import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, PlatformError } from "../../common/errors.js";
import type { ObjectStorage } from "./storage.js";

export interface LockTiming {
  /** Milliseconds between two signs of life. */
  readonly heartbeatMs: number;
  /** Milliseconds without one after which the holder counts as dead. */
  readonly patienceMs: number;
}

const usual: LockTiming = { heartbeatMs: 10_000, patienceMs: 30_000 };

interface Content {
  /** Job that holds it; none once it was given back. */
  readonly job?: string;
  readonly at: number;
}

interface Seen extends Content {
  readonly version: string;
}

/**
 * Keeps two jobs of a store apart, wherever they run. The lock is one small object that only changes by compare and
 * swap, so that of two who take it over at once one loses; and a holder is judged dead by its silence, not by clocks.
 */
export class Lock {
  private version: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lost = false;
  private taken: string | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: ObjectStorage,
    private readonly key: string,
    private readonly timing: LockTiming = usual,
  ) {}

  /** The job that holds it and has shown life lately, by this machine's clock: enough for a listing. */
  async holder(): Promise<string | undefined> {
    const seen = await this.read();
    return seen === undefined || Date.now() - seen.at > 2 * this.timing.patienceMs ? undefined : seen.job;
  }

  /** Takes it, or waits to see whether its holder is still alive, and refuses where it is. */
  async take(job: string, what: string): Promise<void> {
    const first = await this.read();
    const silent = first?.job === undefined ? first : await this.silence(first, what);
    if (await this.swap(job, silent?.version)) {
      this.taken = job;
      this.timer = setInterval(() => void this.beat(job).catch(() => undefined), this.timing.heartbeatMs);
      return;
    }
    throw refusal(what, (await this.read())?.job);
  }

  /** A sign of life. Once somebody else has taken it over, whoever held it must not call its work done. */
  async beat(job: string): Promise<void> {
    // One after another: two at once would each take the other's for a stranger's.
    const beat = this.last.then(async () => await this.renew(job));
    this.last = beat.catch(() => undefined);
    await beat;
  }

  private async renew(job: string): Promise<void> {
    if (!this.lost && (await this.swap(job, this.version))) return;
    const seen = this.lost ? undefined : await this.read();
    if (seen?.job === job || (seen?.job !== undefined && seen.job === this.taken)) {
      // Our own write, whose answer was lost on the way and which was then sent again.
      this.version = seen.version;
      return;
    }
    this.lost = true;
    throw new PlatformError(`${job} was silent for too long, and another job has taken over`, ExitCode.resource);
  }

  async giveBack(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
    if (!this.lost && this.version !== undefined) await this.swap(undefined, this.version);
  }

  /** Watches the holder: it either shows life, which refuses us, or stays as it is for as long as patience lasts. */
  private async silence(first: Seen, what: string): Promise<Seen> {
    const until = performance.now() + this.timing.patienceMs;
    while (performance.now() < until) {
      await sleep(this.timing.heartbeatMs / 5);
      const seen = await this.read();
      if (seen?.job === undefined) return seen ?? first;
      if (seen.version !== first.version) throw refusal(what, seen.job);
    }
    return first;
  }

  private async swap(job: string | undefined, expected: string | undefined): Promise<boolean> {
    const content: Content = { ...(job === undefined ? {} : { job }), at: Date.now() };
    const version = await this.storage.swap(this.key, JSON.stringify(content), expected);
    if (version === undefined) return false;
    this.version = version;
    return true;
  }

  private async read(): Promise<Seen | undefined> {
    const found = await this.storage.readVersion(this.key);
    return found === undefined ? undefined : { ...(JSON.parse(found.text) as Content), version: found.version };
  }
}

function refusal(what: string, job: string | undefined): PlatformError {
  return new PlatformError(
    `another ${what} is running: ${job ?? "it has just started"}; wait for its end`,
    ExitCode.resource,
  );
}
