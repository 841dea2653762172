import type { StackConfig } from "../../config/schema/stack.js";

/** One step of a delivery: a command that anybody can run as well. */
export interface DeliveryStep {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Seconds for which a failure is tried again: a canary takes a while to answer. */
  readonly retrySeconds?: number;
}

export interface DeliveryRequest {
  readonly stack: string;
  /** Plan that `pulumi preview --save-plan` wrote: `up` does nothing else. */
  readonly plan: string;
  /** Whether the stack runs already; a first deployment has no region to go first. */
  readonly exists: boolean;
  /** Seconds to wait for a region: R5 gives 300 in staging, 600 in production. */
  readonly waitSeconds?: number;
}

/** The command line that the steps call again: the same program, for people and pipelines. */
const own = ["npm", "run", "--silent"] as const;

/**
 * The whole delivery as commands, in order: the secondary regions first, each judged before the primary is touched;
 * then everything, by the same plan, so that what was previewed is what is applied.
 */
export function deliverySteps(config: StackConfig, request: DeliveryRequest): readonly DeliveryStep[] {
  const secondaries = request.exists ? config.regions.filter(({ role }) => role === "secondary") : [];
  return [
    ...secondaries.flatMap(({ key }) => [
      {
        name: `update ${key}`,
        command: [...up(request), "--target", `urn:pulumi:${request.stack}::*::**::${key}**`] as const,
      },
      ...judged(config, request, { region: key, host: `${key}.${config.traffic.host}` }),
    ]),
    { name: secondaries.length > 0 ? "update everything else" : "update everything", command: up(request) },
    ...judged(config, request, { host: config.traffic.canaryHost }),
    {
      name: "smoke test of the public host",
      command: smoke(`https://${config.traffic.host}`, false),
      retrySeconds: 300,
    },
  ];
}

function up({ stack, plan }: DeliveryRequest): readonly [string, ...string[]] {
  return ["pulumi", "up", "--yes", "--non-interactive", "--stack", stack, "--plan", plan];
}

interface Where {
  readonly region?: string;
  readonly host: string;
}

/** Canary, smoke test, promotion, wait: what the strategy has of it. */
function judged({ delivery }: StackConfig, request: DeliveryRequest, { region, host }: Where): DeliveryStep[] {
  const where = ["--stack", request.stack, ...(region === undefined ? [] : ["--region", region])];
  const place = region === undefined ? "" : ` in ${region}`;
  const stepped = delivery.strategy === "progressive";
  const hasCanary = stepped || delivery.strategy === "canary";
  const seconds = stepped || request.waitSeconds === undefined ? [] : ["--timeout", String(request.waitSeconds)];
  return [
    ...(hasCanary
      ? [{ name: `smoke test of the canary${place}`, command: smoke(`https://${host}`, true), retrySeconds: 300 }]
      : []),
    ...(stepped
      ? [{ name: `promotion${place}`, command: [...own, "rollout", "--", "promote", ...where] as const }]
      : []),
    { name: `wait for the rollout${place}`, command: [...own, "rollout", "--", "wait", ...where, ...seconds] as const },
  ];
}

function smoke(url: string, canary: boolean): readonly [string, ...string[]] {
  return [...own, "smoke", "--", url, ...(canary ? ["--header", "x-canary=true"] : [])];
}
