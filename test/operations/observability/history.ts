import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Share of requests that fail, from a time on (seconds before now, 0 is now). */
export interface Phase {
  readonly fromSecondsAgo: number;
  readonly errorRatio: number;
}

const REQUESTS_PER_SECOND = 100;
const LABELS = { namespace: "agent-memory", pod: "agent-0", version: "stable" };

/**
 * The counters of a pod under steady traffic whose errors change at given times: as OpenMetrics text for the past, and
 * at /metrics from now on. Both are the same function of time, so that the past goes over into the present.
 */
export class Traffic {
  private readonly now = Date.now() / 1000;
  private server: Server | undefined;
  port = 0;

  constructor(private readonly phases: readonly Phase[]) {}

  /** Requests of a status until a time. */
  private count(status: "success" | "error", at: number): number {
    let total = 0;
    this.phases.forEach(({ fromSecondsAgo, errorRatio }, index) => {
      const next = this.phases[index + 1];
      const end = Math.min(at, next === undefined ? Infinity : this.now - next.fromSecondsAgo);
      const seconds = Math.max(0, end - (this.now - fromSecondsAgo));
      total += seconds * REQUESTS_PER_SECOND * (status === "error" ? errorRatio : 1 - errorRatio);
    });
    return total;
  }

  private samples(more: Readonly<Record<string, string>>, times: readonly number[], stamped: boolean): string {
    return (["success", "error"] as const)
      .flatMap((status) => {
        const labels = Object.entries({ ...more, ...LABELS, status }).map(([key, value]) => `${key}="${value}"`);
        return times.map(
          (at) =>
            `agent_requests_total{${labels.join(",")}} ${this.count(status, at)}${stamped ? ` ${at.toFixed(3)}` : ""}`,
        );
      })
      .join("\n");
  }

  /** The past, a sample every `step` seconds, as the target on this port would have given it. */
  history(step: number): string {
    const [first] = this.phases;
    const times: number[] = [];
    for (let ago = first?.fromSecondsAgo ?? 0; ago >= 0; ago -= step) times.push(this.now - ago);
    const target = { job: "agent", instance: `127.0.0.1:${this.port}` };
    const head = "# HELP agent_requests Requests answered.\n# TYPE agent_requests counter";
    return `${head}\n${this.samples(target, times, true)}\n# EOF\n`;
  }

  async start(): Promise<void> {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(`${this.samples({}, [Date.now() / 1000], false)}\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Seconds since a phase began. */
  secondsSince({ fromSecondsAgo }: Phase): number {
    return Date.now() / 1000 - (this.now - fromSecondsAgo);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
