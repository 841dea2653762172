import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { poll } from "../../common/poll.js";
import { inOrder } from "./across.js";
import { kinds } from "./api.js";
import type { AnalysisTemplateObject, DeploymentObject, RolloutObject } from "./objects.js";
import { readStatus, type RegionDelivery } from "./region.js";
import { remainingSeconds, seconds } from "./stages.js";
import type { DeliveryStatus } from "./status.js";

/** Seconds that R5 gives a rolling or canary delivery in production, where the workload does not say. */
const DEFAULT_SECONDS = 600;
/** Annotation of the workload with the configuration's `delivery.rolloutTimeout`. */
const TIMEOUT_ANNOTATION = "agent-platform.io/rollout-timeout";
/** What the stages' sum leaves out: pods that start, the controller's own pace, a metrics server that is late. */
const SLACK = { factor: 1.2, seconds: 300 };

export interface WaitOptions {
  /** Seconds for one region; default what its strategy takes. */
  readonly timeoutSeconds?: number;
  readonly intervalMs?: number;
  /** Told of every change of phase, stage or weight. */
  readonly onChange?: (status: DeliveryStatus) => void;
  readonly signal?: AbortSignal;
}

const withSlack = (needed: number): number => Math.round(needed * SLACK.factor + SLACK.seconds);

/** Seconds to wait for a region: R5's for rolling and canary, the stages' sum with slack for what is analysed. */
export async function patience({ api, names }: RegionDelivery): Promise<number> {
  const rollout = (await api.get({ ...kinds.rollout, name: names.service })) as RolloutObject | undefined;
  const workload = rollout ?? (await api.get({ ...kinds.deployment, name: names.service }));
  const given = (workload as DeploymentObject | undefined)?.metadata.annotations?.[TIMEOUT_ANNOTATION];
  const fixed = given === undefined ? DEFAULT_SECONDS : seconds(given);
  if (!rollout) return fixed;
  const templates = (await api.list(kinds.analysisTemplate)) as readonly AnalysisTemplateObject[];
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  if (canary?.steps) {
    const bounded = canary.steps.filter(({ pause }) => !pause || pause.duration !== undefined);
    return withSlack(remainingSeconds(bounded, templates) ?? 0);
  }
  const analysis = blueGreen?.prePromotionAnalysis;
  return Math.max(fixed, analysis ? withSlack(remainingSeconds([{ analysis }], templates) ?? 0) : 0);
}

/** The end of a delivery, or `undefined` while it is under way. A phase counts only once it is about this generation. */
function verdict(status: DeliveryStatus): "delivered" | PlatformError | undefined {
  if (!status.current) return undefined;
  const where = `${status.name} in ${status.region}`;
  if (status.phase === "Degraded") return new PlatformError(`${where} failed: ${status.message}`, ExitCode.resource);
  if (status.parked === "inconclusive") {
    return new PlatformError(
      `${where} stands still in ${status.stage}: the analysis had no data to judge by. Promote it or abort it`,
      ExitCode.resource,
    );
  }
  return status.phase === "Healthy" ? "delivered" : undefined;
}

async function waitForRegion(region: RegionDelivery, options: WaitOptions): Promise<DeliveryStatus> {
  const timeoutSeconds = options.timeoutSeconds ?? (await patience(region));
  let last = "";
  const end = await poll(
    async () => {
      const status = await readStatus(region);
      const shown = JSON.stringify([status.phase, status.stage, status.weights, status.message]);
      if (shown !== last) options.onChange?.(status);
      last = shown;
      const judged = verdict(status);
      return judged && { status, judged };
    },
    {
      what: `${region.names.service} in ${region.region} to be delivered`,
      timeoutMs: timeoutSeconds * 1000,
      intervalMs: options.intervalMs ?? 2000,
      ...(options.signal && { signal: options.signal }),
    },
  );
  if (end.judged !== "delivered") throw end.judged;
  return end.status;
}

/** Waits region after region, secondary first; throws at the first that fails and says which were not waited for. */
export async function waitForAll(
  regions: readonly RegionDelivery[],
  options: WaitOptions = {},
): Promise<DeliveryStatus[]> {
  const delivered: DeliveryStatus[] = [];
  const ordered = inOrder(regions);
  for (const [index, region] of ordered.entries()) {
    try {
      delivered.push(await waitForRegion(region, options));
    } catch (thrown) {
      const rest = ordered.slice(index + 1).map((left) => left.region);
      const note = rest.length === 0 ? "" : ` (not waited for: ${rest.join(", ")})`;
      const exitCode = thrown instanceof PlatformError ? thrown.exitCode : ExitCode.error;
      throw new PlatformError(`${messageOf(thrown)}${note}`, exitCode);
    }
  }
  return delivered;
}
