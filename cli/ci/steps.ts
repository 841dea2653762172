import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "../../config/schema/stack.js";
import { projectRoot } from "../root.js";
import { stagesOf, type Stage } from "./stages.js";

/** One step of a plan or a delivery: a command that anybody can run as well. */
export interface Step {
  readonly name: string;
  readonly command: Command;
  /** File that gets the command's standard output. */
  readonly output?: string;
  /** Seconds for which a failure is tried again: a canary takes a while to answer. */
  readonly retrySeconds?: number;
}

type Command = readonly [string, ...string[]];

export interface StepsRequest {
  readonly stack: string;
  /** Folder of the plans, as the engine wrote them. */
  readonly plans: string;
  /** Whether the stack runs already. */
  readonly exists: boolean;
  /** Seconds to wait for a region where the strategy has no stages: R5 gives 300 in staging, 600 in production. */
  readonly waitSeconds?: number;
}

/** Previews the whole, for people and the risk gate, and each stage, for the delivery. */
export function planSteps(config: StackConfig, request: StepsRequest): readonly Step[] {
  const { stack, plans, exists } = request;
  const preview: Command = ["pulumi", "preview", "--non-interactive", "--stack", stack, ...policyPack(stack)];
  return [
    { name: "preview of the whole", command: [...preview, "--json"], output: join(plans, "changes.json") },
    ...stagesOf(config, stack, exists).map((stage) => ({
      name: `plan of ${stage.name}`,
      command: [...preview, ...stage.scope, "--json", "--save-plan", planFile(plans, stage)] as const,
      output: join(plans, `${stage.name}.changes.json`),
    })),
  ];
}

function policyPack(stack: string): string[] {
  const config = join("policy", "config", `${stack}.json`);
  return [
    "--policy-pack",
    "policy",
    ...(existsSync(join(projectRoot, config)) ? ["--policy-pack-config", config] : []),
  ];
}

const planFile = (plans: string, { name }: Stage): string => join(plans, `${name}.plan.json`);

/** The command line that the steps call again: the same program, for people and pipelines. */
const own = ["npm", "run", "--silent"] as const;

/**
 * The whole delivery, in order: the secondary regions first, each judged before the primary is touched, then the rest;
 * all by the plans that were previewed, so that nothing else is applied.
 */
export function deliverySteps(config: StackConfig, request: StepsRequest): readonly Step[] {
  const { stack, plans, exists } = request;
  const { host, canaryHost } = config.traffic;
  const steps = stagesOf(config, stack, exists).flatMap((stage): Step[] => {
    const up = [
      "pulumi",
      "up",
      "--yes",
      "--non-interactive",
      "--stack",
      stack,
      "--plan",
      planFile(plans, stage),
    ] as const;
    const where =
      stage.region === undefined
        ? { name: "", flags: ["--stack", stack], host: canaryHost }
        : {
            name: ` in ${stage.region}`,
            flags: ["--stack", stack, "--region", stage.region],
            host: `${stage.region}.${host}`,
          };
    return [
      { name: `update of ${stage.name}`, command: [...up, ...stage.scope] },
      ...judged(config, where, request.waitSeconds),
    ];
  });
  return [...steps, { name: "smoke test of the public host", command: smoke(host, false), retrySeconds: 300 }];
}

interface Where {
  readonly name: string;
  readonly flags: readonly string[];
  readonly host: string;
}

/** Canary, smoke test, promotion, wait: what the strategy has of it. */
function judged({ delivery: { strategy } }: StackConfig, { name, flags, host }: Where, wait?: number): Step[] {
  const stepped = strategy === "progressive";
  const timeout = stepped || wait === undefined ? [] : ["--timeout", String(wait)];
  const canary: Step = { name: `smoke test of the canary${name}`, command: smoke(host, true), retrySeconds: 300 };
  const promotion: Step = { name: `promotion${name}`, command: [...own, "rollout", "--", "promote", ...flags] };
  return [
    ...(stepped || strategy === "canary" ? [canary] : []),
    ...(stepped ? [promotion] : []),
    { name: `wait for the rollout${name}`, command: [...own, "rollout", "--", "wait", ...flags, ...timeout] },
  ];
}

function smoke(host: string, canary: boolean): Command {
  return [...own, "smoke", "--", `https://${host}`, ...(canary ? ["--header", "x-canary=true"] : [])];
}
