import { seconds } from "../../config/schema/primitives.js";
import type { DeliveryConfig } from "../../config/schema/delivery.js";
import type { SpecOf } from "../custom-resource-models.js";

/** Counter of answered requests, by version and status. */
export const REQUESTS = "agent_requests_total";
/** Histogram of requests' duration in seconds, by version. */
export const LATENCY = "agent_request_duration_seconds_bucket";
const CANARY = 'version="canary"';

interface Bound {
  readonly name: string;
  readonly query: string;
  /** When a measurement succeeds, and when it fails, of `result[0]`. */
  readonly good: string;
  readonly bad: string;
}

interface Timing {
  readonly interval: string;
  /** Most measurements; a run that ends without its successes is inconclusive. */
  readonly count?: number;
  /**
   * Successes in a row that a run needs. Without it the controller calls every run successful that reaches its count,
   * even one whose measurements all were without data.
   */
  readonly consecutiveSuccessLimit?: number;
  readonly initialDelay?: string;
  /** Measurements without data that are waited through before the run is inconclusive; at most `count`. */
  readonly inconclusiveLimit: number;
}

/**
 * Counts of errors that never happened have no series, so an empty numerator is 0; but an empty denominator, or less
 * traffic than `minRequestsPerSecond`, stays empty: no data is not success.
 */
export function errorRateQuery(window: string, minRequestsPerSecond: number): string {
  const all = `sum(rate(${REQUESTS}{${CANARY}}[${window}]))`;
  const errors = `sum(rate(${REQUESTS}{${CANARY},status="error"}[${window}]))`;
  return `((${errors} or vector(0)) / ${all}) and (${all} >= ${minRequestsPerSecond})`;
}

export function successRateQuery(window: string): string {
  const all = `sum(rate(${REQUESTS}{${CANARY}}[${window}]))`;
  const good = `sum(rate(${REQUESTS}{${CANARY},status="success"}[${window}]))`;
  return `(${good} or (0 * ${all})) / ${all}`;
}

/** p99 in milliseconds; the metric is in seconds. */
export function p99Query(window: string): string {
  return `histogram_quantile(0.99, sum by (le) (rate(${LATENCY}{${CANARY}}[${window}]))) * 1000`;
}

type MetricSpec = NonNullable<SpecOf<"argoproj.io/v1alpha1/AnalysisTemplate">["metrics"]>[number];

/**
 * Both conditions are guarded: an empty or NaN result is neither success nor failure, so the measurement is
 * inconclusive. Success alone would roll back a canary without traffic, failure alone would promote it.
 */
function metric({ name, query, good, bad }: Bound, address: string, timing: Timing) {
  const present = "len(result) > 0 && !isNaN(result[0])";
  const { inconclusiveLimit, ...rest } = timing;
  return {
    name,
    ...rest,
    failureLimit: 0,
    inconclusiveLimit,
    successCondition: `${present} && ${good}`,
    failureCondition: `${present} && ${bad}`,
    provider: { prometheus: { address, query } },
  } satisfies MetricSpec;
}

function within({ min, max }: { min?: number | undefined; max?: number | undefined }): Pick<Bound, "good" | "bad"> {
  const good = [min === undefined ? "" : `result[0] >= ${min}`, max === undefined ? "" : `result[0] <= ${max}`];
  const bad = [min === undefined ? "" : `result[0] < ${min}`, max === undefined ? "" : `result[0] > ${max}`];
  const failures = bad.filter(Boolean).join(" || ");
  return {
    good: good.filter(Boolean).join(" && "),
    bad: min !== undefined && max !== undefined ? `(${failures})` : failures,
  };
}

/** What every analysis measures: errors in one form or the other, latency, and what the configuration adds. */
function bounds(error: Bound, maxP99Ms: number, { window, config }: { window: string; config: DeliveryConfig }) {
  const latency = { name: "p99-latency", query: p99Query(window), ...within({ max: maxP99Ms }) };
  const own = config.metrics.map(({ name, query, min, max }) => ({ name, query, ...within({ min, max }) }));
  return [error, latency, ...own];
}

/** Spec of an AnalysisTemplate. */
export interface AnalysisSpec {
  readonly metrics: ReturnType<typeof metric>[];
}

/**
 * R6: success rate and p99 of the canary, `count` times. The first time after an interval: the analysis of a preview
 * begins when its pods are ready, before anybody can have called them, and one measurement without data is enough to
 * make the run inconclusive.
 */
export function canaryAnalysis(config: DeliveryConfig): AnalysisSpec {
  const { successRate, maxP99Ms, interval, count, window } = config.canary;
  const success = { name: "success-rate", query: successRateQuery(window), ...within({ min: successRate }) };
  const timing = {
    interval,
    initialDelay: interval,
    count,
    consecutiveSuccessLimit: count,
    inconclusiveLimit: count,
  };
  const measured = bounds(success, maxP99Ms, { window, config });
  return { metrics: measured.map((bound) => metric(bound, config.prometheusUrl, timing)) };
}

function progressiveBounds(config: DeliveryConfig): readonly Bound[] {
  const { window, maxErrorRate, maxP99Ms, minRequestsPerSecond } = config.progressive;
  const query = errorRateQuery(window, minRequestsPerSecond);
  return bounds({ name: "error-rate", query, ...within({ max: maxErrorRate }) }, maxP99Ms, { window, config });
}

/**
 * Runs beside the whole rollout and aborts it within an interval of a breach. It gates nothing: a stage shorter than
 * its first measurement would pass unseen, and a quiet canary must not abort; both are the gate's business.
 */
export function watchAnalysis(config: DeliveryConfig): AnalysisSpec {
  const { interval, stages } = config.progressive;
  const held = stages.reduce((sum, stage) => sum + (stage.hold === undefined ? 0 : seconds(stage.hold)), 0);
  const measurements = Math.ceil(held / seconds(interval));
  const timing = { interval, initialDelay: interval, inconclusiveLimit: Math.max(1000, measurements * 10) };
  return { metrics: progressiveBounds(config).map((bound) => metric(bound, config.prometheusUrl, timing)) };
}

/** Ends each stage: `gateCount` successes in a row; without them in ten times as many measurements it is inconclusive. */
export function gateAnalysis(config: DeliveryConfig): AnalysisSpec {
  const { interval, gateCount } = config.progressive;
  const count = gateCount * 10;
  const timing = { interval, count, consecutiveSuccessLimit: gateCount, inconclusiveLimit: count };
  return { metrics: progressiveBounds(config).map((bound) => metric(bound, config.prometheusUrl, timing)) };
}
