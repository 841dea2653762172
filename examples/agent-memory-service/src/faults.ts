import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** What a test may ask for; all of it is off by default. */
export const faultsSchema = z.strictObject({
  /** Share of requests that are answered with an internal error. */
  errorRatio: z.number().min(0).max(1).default(0),
  /** Milliseconds added to each request. */
  latencyMs: z.number().min(0).max(600_000).default(0),
  /** Milliseconds of processor time burnt by each request: load for the autoscaler. */
  cpuMs: z.number().min(0).max(10_000).default(0),
  /** Megabytes held in memory. */
  memoryMegabytes: z.number().int().min(0).max(16_384).default(0),
  /** Megabytes written to /tmp. */
  tmpMegabytes: z.number().int().min(0).max(16_384).default(0),
  /** `/ready` says no. */
  notReady: z.boolean().default(false),
  /** `/health` says no. */
  notHealthy: z.boolean().default(false),
});

export type FaultPlan = z.output<typeof faultsSchema>;

/** The error that a test asked for. */
export class InjectedError extends Error {
  override readonly name = "InjectedError";
}

const MEGABYTE = 2 ** 20;

function burn(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) Math.sqrt(until);
}

/** Faults on demand. */
export class Faults {
  private plan: FaultPlan;
  private ballast: Buffer[] = [];

  constructor(
    readonly enabled: boolean,
    plan: FaultPlan,
  ) {
    this.plan = enabled ? plan : faultsSchema.parse({});
    this.load();
  }

  get current(): FaultPlan {
    return this.plan;
  }

  /** Replaces the plan; memory that the former one held is given back. */
  async set(plan: FaultPlan): Promise<void> {
    this.plan = plan;
    this.load();
    if (plan.tmpMegabytes > 0) await writeFile("/tmp/fault", Buffer.alloc(plan.tmpMegabytes * MEGABYTE, 1));
  }

  private load(): void {
    // Filled, because untouched pages are no memory.
    this.ballast = Array.from({ length: this.plan.memoryMegabytes }, () => Buffer.alloc(MEGABYTE, 1));
  }

  /** Megabytes held. */
  get held(): number {
    return this.ballast.length;
  }

  /** What a request suffers. */
  async suffer(): Promise<void> {
    const { latencyMs, cpuMs, errorRatio } = this.plan;
    if (latencyMs > 0) await sleep(latencyMs);
    if (cpuMs > 0) burn(cpuMs);
    if (errorRatio > 0 && Math.random() < errorRatio) throw new InjectedError("a fault that a test asked for");
  }
}
