import type { Admission } from "./admission.js";
import { isOurs } from "./errors.js";
import type { Faults } from "./faults.js";
import type { Logger } from "./log.js";
import type { Metrics } from "./metrics.js";
import { traceRequest } from "./tracing.js";

export interface RequestParts {
  readonly admission: Admission;
  readonly faults: Faults;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What every request goes through, by HTTP or gRPC: trace, queue, faults, count, one line in the log. */
export class Requests {
  constructor(private readonly parts: RequestParts) {}

  async handle<T>(name: string, headers: object, work: () => Promise<T>): Promise<T> {
    const { admission, faults, metrics, log } = this.parts;
    return await traceRequest(name, headers, async () => {
      const started = performance.now();
      const answered = (thrown?: unknown): void => {
        const seconds = (performance.now() - started) / 1000;
        const failed = thrown !== undefined && isOurs(thrown);
        metrics.answered(failed, seconds);
        const line = { request: name, milliseconds: Math.round(seconds * 1000) };
        if (failed) log.error({ ...line, err: thrown }, "request failed");
        else log.info(thrown instanceof Error ? { ...line, refused: thrown.message } : line, "request answered");
      };
      try {
        const result = await admission.admit(async () => {
          await faults.suffer();
          return await work();
        });
        answered();
        return result;
      } catch (thrown) {
        answered(thrown);
        throw thrown;
      }
    });
  }
}
