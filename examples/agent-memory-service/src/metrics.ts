import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What the metrics ask at each scrape. */
export interface Gauges {
  readonly queueLength: () => number;
  /** Stores by name, and whether each answers. */
  readonly dependencies: () => Readonly<Record<string, boolean>>;
}

/** The metrics that the platform's analysis (R6), autoscaler (R4), alerts and dashboards read. */
export class Metrics {
  readonly registry = new Registry();
  private readonly own: Record<string, string>;
  private readonly requests: Counter;
  private readonly duration: Histogram;

  constructor(version: string | undefined, gauges: Gauges) {
    this.own = version === undefined ? {} : { version };
    const labels = Object.keys(this.own);
    const registers = [this.registry];
    this.requests = new Counter({
      name: "agent_requests_total",
      help: "Requests answered, by version and by whether the service was at fault",
      labelNames: [...labels, "status"],
      registers,
    });
    this.duration = new Histogram({
      name: "agent_request_duration_seconds",
      help: "Time from a request's arrival to its answer, the wait in the queue included",
      labelNames: labels,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
      registers,
    });
    // A series that begins with its first error has no rate yet when that error should count.
    for (const status of ["success", "error"]) this.requests.inc({ ...this.own, status }, 0);
    this.watch(gauges);
    collectDefaultMetrics({ register: this.registry });
  }

  private watch({ queueLength, dependencies }: Gauges): void {
    const registers = [this.registry];
    new Gauge({
      name: "agent_request_queue_length",
      help: "Requests that wait for their turn in this pod",
      registers,
      collect() {
        this.set(queueLength());
      },
    });
    new Gauge({
      name: "agent_dependency_up",
      help: "Whether a store answered the last check",
      labelNames: ["dependency"],
      registers,
      collect() {
        for (const [dependency, up] of Object.entries(dependencies())) this.set({ dependency }, up ? 1 : 0);
      },
    });
  }

  /** Counts a request that was answered. */
  answered(failed: boolean, seconds: number): void {
    this.requests.inc({ ...this.own, status: failed ? "error" : "success" });
    this.duration.observe(this.own, seconds);
  }
}
