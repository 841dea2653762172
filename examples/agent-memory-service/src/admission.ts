import pLimit, { type LimitFunction } from "p-limit";
import { RequestError } from "./errors.js";

/** So many requests at a time; the rest wait in a queue of bounded length, and what exceeds it is refused at once. */
export class Admission {
  private readonly limit: LimitFunction;

  constructor(
    concurrency: number,
    private readonly mostWaiting: number,
  ) {
    this.limit = pLimit(concurrency);
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.limit.pendingCount;
  }

  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= this.mostWaiting) {
      throw new RequestError("overloaded", `${this.waiting} requests wait already`, 1);
    }
    return await this.limit(work);
  }
}
