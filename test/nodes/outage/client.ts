// Clients of the service during an outage, in a process of its own in the platform's client space: it writes memories
// and reads them at a steady rate through the public name, remembers each answer, and in the end reads back every write
// that was acknowledged. What it counted is its last line of output.
import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import { addressesOf } from "../../../operations/recovery/names.js";
import { parseSite } from "../../../operations/recovery/site/load.js";
import type { Site } from "../../../operations/recovery/site/site.js";

export interface ClientPlan {
  readonly site: object;
  /** Requests a second, writes and reads by turns. */
  readonly perSecond: number;
}

/** What the clients saw. Times are in milliseconds of the epoch. */
export interface Seen {
  /** Requests sent, and seconds for which they were. */
  readonly requests: number;
  readonly seconds: number;
  /** Requests that were answered as they should, by the second of the epoch. */
  readonly answered: Readonly<Record<string, number>>;
  /** Acknowledged writes, by the region that acknowledged them. */
  readonly acknowledged: Readonly<Record<string, number>>;
  /** Acknowledged writes that were not there in the end, with the time of the acknowledgement. */
  readonly lost: readonly number[];
  /** Writes refused plainly: 503 with Retry-After. */
  readonly refused: number;
  /** Reads answered with the memory, and with 404 while a memory was not there (yet). */
  readonly read: number;
  readonly notThere: number;
  /** Requests without an answer in time, or with another error. */
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** First acknowledged write and first read of each region. */
  readonly firstWrite: Readonly<Record<string, number>>;
  readonly firstRead: Readonly<Record<string, number>>;
  /** Last acknowledged write of each region. */
  readonly lastWrite: Readonly<Record<string, number>>;
}

const PATIENCE_MS = 3_000;
/** More at a time would only make a service that is slow slower. */
const MOST_IN_FLIGHT = 400;

const count = (counts: Record<string, number>, key: string): void => void (counts[key] = (counts[key] ?? 0) + 1);

class Clients {
  private readonly written = new Map<string, number>();
  private ids: string[] = [];
  private address = "";
  private inFlight = 0;
  private requests = 0;
  private readonly began = Date.now();
  private readonly answered: Record<string, number> = {};
  private readonly acknowledged: Record<string, number> = {};
  private readonly first: Record<"write" | "read", Record<string, number>> = { write: {}, read: {} };
  private readonly lastWrite: Record<string, number> = {};
  private readonly failures: Record<string, number> = {};
  private refused = 0;
  private readonly reads = { found: 0, notThere: 0 };
  private failed = 0;

  constructor(
    private readonly site: Site,
    private readonly perSecond: number,
  ) {}

  /** As a client that keeps an answer of DNS for as long as it may. */
  async resolve(): Promise<void> {
    const [address] = await addressesOf(this.site, new URL(this.site.publicUrl).hostname).catch(() => []);
    this.address = address ?? this.address;
  }

  /** Sends what is due by the clock, so that a slow answer slows nobody. */
  turn(): void {
    const due = Math.floor(((Date.now() - this.began) / 1000) * this.perSecond);
    while (this.requests < due) {
      this.requests += 1;
      if (this.inFlight >= MOST_IN_FLIGHT) this.fail("not sent: too many wait already");
      else void this.send(this.requests % 2 === 1 || this.ids.length === 0);
    }
  }

  private good(at: number): void {
    count(this.answered, String(Math.floor(at / 1000)));
  }

  private fail(why: string): void {
    this.failed += 1;
    count(this.failures, why);
  }

  private async send(write: boolean): Promise<void> {
    this.inFlight += 1;
    try {
      await (write ? this.write() : this.read());
    } catch (thrown) {
      const { cause, message, name } = thrown as Error & { cause?: { code?: string } };
      this.fail(cause?.code ?? (name === "TimeoutError" ? name : message));
    } finally {
      this.inFlight -= 1;
    }
  }

  private async ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ readonly answer: Response; readonly region: string }> {
    const url = new URL(path, this.site.publicUrl);
    url.hostname = this.address;
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
    return { answer, region: answer.headers.get("x-agent-region") ?? "nobody" };
  }

  private async write(): Promise<void> {
    const id = randomUUID();
    const { answer, region } = await this.ask("/v1/memories", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id, content: `written as number ${this.requests}` }),
    });
    if (answer.ok) {
      const now = Date.now();
      this.written.set(id, now);
      this.ids.push(id);
      count(this.acknowledged, region);
      this.good(now);
      this.first.write[region] ??= now;
      this.lastWrite[region] = now;
    } else if (answer.status === 503 && answer.headers.has("retry-after")) this.refused += 1;
    else this.fail(`write ${answer.status}`);
  }

  private async read(): Promise<void> {
    const id = this.ids[Math.floor(Math.random() * this.ids.length)] ?? "";
    const { answer, region } = await this.ask(`/v1/memories/${id}`);
    if (answer.ok) {
      this.reads.found += 1;
      this.good(Date.now());
      this.first.read[region] ??= Date.now();
    } else if (answer.status === 404) this.reads.notThere += 1;
    else this.fail(`read ${answer.status}`);
  }

  /** Times at which writes were acknowledged that nobody has now. */
  private async findLost(): Promise<number[]> {
    const limit = pLimit(16);
    const lost: number[] = [];
    const look = async (id: string, at: number): Promise<void> => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { answer } = await this.ask(`/v1/memories/${id}`);
          if (answer.status === 404) lost.push(at);
          if (answer.ok || answer.status === 404) return;
          throw new Error(`reading ${id} back answers ${answer.status}`);
        } catch (thrown) {
          if (attempt === 10) throw thrown;
        }
      }
    };
    await Promise.all([...this.written].map(async ([id, at]) => await limit(async () => await look(id, at))));
    return lost;
  }

  async finish(): Promise<Seen> {
    const seconds = (Date.now() - this.began) / 1000;
    while (this.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await this.resolve();
    return {
      requests: this.requests,
      seconds,
      answered: this.answered,
      acknowledged: this.acknowledged,
      lost: await this.findLost(),
      refused: this.refused,
      read: this.reads.found,
      notThere: this.reads.notThere,
      failed: this.failed,
      failures: this.failures,
      firstWrite: this.first.write,
      firstRead: this.first.read,
      lastWrite: this.lastWrite,
    };
  }

  /** Writes that were acknowledged so far, and what went wrong. */
  get soFar() {
    const { requests, inFlight, refused, failures } = this;
    return { writes: this.written.size, requests, inFlight, refused, failures };
  }
}

async function main({ site: raw, perSecond }: ClientPlan): Promise<void> {
  const site = parseSite(raw, "the clients' site");
  const clients = new Clients(site, perSecond);
  await clients.resolve();
  const timers = [
    setInterval(() => clients.turn(), 10),
    setInterval(() => void clients.resolve(), site.ttlSeconds * 1000),
    setInterval(() => void process.stdout.write(`${JSON.stringify(clients.soFar)}\n`), 500),
  ];
  await new Promise<void>((resolve) => process.once("SIGTERM", resolve));
  timers.forEach(clearInterval);
  process.stdout.write(`${JSON.stringify(await clients.finish())}\n`);
  process.exit(0);
}

void main(JSON.parse(process.argv[2] ?? "") as ClientPlan);
