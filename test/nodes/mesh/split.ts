import { serviceHost } from "../../../components/traffic/routes.js";
import { deliveryNames } from "../../../components/delivery/names.js";
import { Trail, type Split } from "../../support/delivery/trail.js";
import type { RealService } from "../service.js";
import type { Call } from "./calls.js";

/** A patched weight is in force within a second; the end of a stage is seen a little late. */
const [SETTLE_MS, SLACK_MS] = [1000, 250];

/** How many of the calls of one stage the canary got. */
export interface StageCount {
  readonly weight: number;
  readonly calls: number;
  readonly canary: number;
}

/** Unix milliseconds of a moment by `performance.now()`. */
export const clockOf = (at: number): number => performance.timeOrigin + at;

/** The weights of a service's split from now on. */
export async function followSplit(service: RealService, tag: string): Promise<Trail> {
  const { region, namespace } = service;
  return await Trail.follow(region.api, service.objects(tag).weights, serviceHost(deliveryNames.canary, namespace));
}

/** Counts the calls of every stage in which the canary had a share, while its weight was certainly in force. */
export function countStages(calls: readonly Call[], splits: readonly Split[], canary: string): StageCount[] {
  return splits.flatMap(({ canary: weight, at }, index) => {
    const next = splits[index + 1];
    if (weight === 0 || next === undefined) return [];
    const [from, to] = [clockOf(at) + SETTLE_MS, clockOf(next.at) - SLACK_MS];
    const within = calls.filter((call) => call.at >= from && call.at < to);
    return [{ weight, calls: within.length, canary: within.filter(({ version }) => version === canary).length }];
  });
}

/** Adds up the counts of equal weights, in the order of the stages. */
export function pooled(counts: readonly StageCount[]): StageCount[] {
  const sums = new Map<number, StageCount>();
  for (const { weight, calls, canary } of counts) {
    const sum = sums.get(weight) ?? { weight, calls: 0, canary: 0 };
    sums.set(weight, { weight, calls: sum.calls + calls, canary: sum.canary + canary });
  }
  return [...sums.values()];
}

/** How many standard deviations a count is from its weight; none is allowed where all or nothing was asked for. */
export function deviations({ weight, calls, canary }: StageCount): number {
  const share = weight / 100;
  const off = Math.abs(canary - calls * share);
  return off === 0 ? 0 : off / Math.sqrt(calls * share * (1 - share));
}

/** For whoever reads the run. */
export function saySplit(counts: readonly StageCount[]): void {
  const parts = counts.map((count) => {
    const percent = ((count.canary / count.calls) * 100).toFixed(2);
    return `${count.weight} %: ${percent} % of ${count.calls} (${deviations(count).toFixed(1)} σ)`;
  });
  process.stdout.write(`    on the wire: ${parts.join("; ")}\n`);
}
