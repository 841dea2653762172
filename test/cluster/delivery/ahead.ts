import { Stand, type StandOptions } from "./stand.js";

/** Rollouts take their time without much work, so a few run at once, each in a namespace of its own. */
const LANES = 5;

/** Scenarios that run ahead of the tests which look at their outcomes. */
export class Scenarios {
  private readonly lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  private started = 0;

  constructor(private readonly options: Omit<StandOptions, "namespace">) {}

  /** @returns the outcome of `run`, on a stand of its own, once one of the lanes is free. */
  start<T>(namespace: string, run: (stand: Stand) => Promise<T>, tuning?: StandOptions["tuning"]): () => Promise<T> {
    const lane = this.started % LANES;
    this.started += 1;
    const outcome = this.lanes[lane]!.then(async () => {
      const stand = await Stand.open({ ...this.options, namespace, ...(tuning && { tuning }) });
      // A Prometheus that nobody looks at any more would go on taking processor time from the others.
      return await run(stand).finally(() => stand.close());
    });
    // The test that awaits it tells of its failure.
    this.lanes[lane] = outcome.catch(() => undefined);
    return () => outcome;
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes);
  }
}
