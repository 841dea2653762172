import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** How one version of the agent behaves, as its metrics tell it. */
export interface Behaviour {
  readonly requestsPerSecond: number;
  /** Share of requests that fail. */
  readonly errorRatio: number;
  readonly latencySeconds: number;
  /** Whether the version's series are exposed at all. */
  readonly exposed: boolean;
}

const healthy: Behaviour = { requestsPerSecond: 200, errorRatio: 0, latencySeconds: 0.04, exposed: true };
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10];

/** The counters of one version; they grow with time, as those of pods under load do. */
class VersionCounters {
  private success = 0;
  private error = 0;
  private readonly buckets = new Map<number, number>(BUCKETS.map((le) => [le, 0]));
  private at = performance.now();
  behaviour = healthy;

  advance(): void {
    const now = performance.now();
    const { requestsPerSecond, errorRatio, latencySeconds } = this.behaviour;
    const requests = ((now - this.at) / 1000) * requestsPerSecond;
    this.at = now;
    this.error += requests * errorRatio;
    this.success += requests * (1 - errorRatio);
    for (const le of BUCKETS) {
      if (latencySeconds <= le) this.buckets.set(le, (this.buckets.get(le) ?? 0) + requests);
    }
  }

  lines(version: string): string[] {
    const total = this.success + this.error;
    const bucket = (le: string, value: number): string =>
      `agent_request_duration_seconds_bucket{version="${version}",le="${le}"} ${value}`;
    return [
      `agent_requests_total{version="${version}",status="success"} ${this.success}`,
      // A service counts its first error when it happens: until then the series does not exist.
      ...(this.error > 0 ? [`agent_requests_total{version="${version}",status="error"} ${this.error}`] : []),
      ...[...this.buckets].map(([le, value]) => bucket(String(le), value)),
      bucket("+Inf", total),
    ];
  }
}

/** What the agent's pods would expose at /metrics, with behaviour that a test chooses. */
export class MetricsSource {
  private readonly versions = new Map<string, VersionCounters>();
  private server: Server | undefined;
  port = 0;

  constructor(versions: readonly string[]) {
    for (const version of versions) this.versions.set(version, new VersionCounters());
  }

  /** Changes a version's behaviour from now on; what is left out is healthy. */
  behave(version: string, change: Partial<Behaviour> = {}): void {
    const counters = this.versions.get(version);
    if (!counters) throw new Error(`the metrics source has no version ${version}`);
    counters.advance();
    counters.behaviour = { ...healthy, ...change };
  }

  private text(): string {
    const lines: string[] = [];
    for (const [version, counters] of this.versions) {
      counters.advance();
      if (counters.behaviour.exposed) lines.push(...counters.lines(version));
    }
    return `${lines.join("\n")}\n`;
  }

  async start(): Promise<void> {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4").end(this.text());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(this.port, "127.0.0.1", resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** No longer answers: what Prometheus has goes stale. It can be started again, on the same port. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
