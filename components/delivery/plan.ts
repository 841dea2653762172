import type { AgentConfig } from "../../config/schema/agent.js";
import type { DeliveryConfig } from "../../config/schema/delivery.js";
import type { ScaleTarget } from "../agent/autoscaler.js";
import { agentPorts, versionLabels } from "../agent/names.js";
import type { PodTemplate } from "../agent/pod-template.js";
import { agentLabels } from "../contracts.js";
import { canaryAnalysis, gateAnalysis, watchAnalysis, type AnalysisSpec } from "./analysis.js";
import { deliveryAnnotations, deliveryNames } from "./names.js";
import { blueGreenSpec, deploymentSpec, progressiveSpec } from "./workloads.js";

interface PlannedWorkloadBase {
  readonly role: "stable" | "canary";
  readonly name: string;
  /** The autoscaler owns the number of replicas once there is one, so Pulumi gives only the first. */
  readonly replicasAreManaged: boolean;
  readonly annotations: Readonly<Record<string, string>>;
}

type RolloutSpec = ReturnType<typeof progressiveSpec> | ReturnType<typeof blueGreenSpec>;

export type PlannedWorkload =
  | (PlannedWorkloadBase & { readonly kind: "Deployment"; readonly spec: ReturnType<typeof deploymentSpec> })
  | (PlannedWorkloadBase & { readonly kind: "Rollout"; readonly spec: RolloutSpec });

export interface PlannedService {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  /** The rollout controller adds a hash to the selector, which Pulumi must not take away. */
  readonly selectorIsManaged: boolean;
}

/** Pods of which only so many may be evicted at a time. */
export interface PlannedBudget {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** Where traffic goes; a share of 0 still lets requests with the canary header through. */
export interface RoutePlan {
  readonly stable: string;
  readonly canary?: string;
  /** Percent of the traffic on the canary. */
  readonly canaryWeight: number;
  /** Service behind the preview host. */
  readonly preview?: string;
  /** The rollout controller writes the weights, which Pulumi must not take back. */
  readonly weightsAreManaged: boolean;
}

/** What a strategy makes of one service: workloads, services, analyses, and how traffic is split between them. */
export interface DeliveryPlan {
  readonly workloads: readonly PlannedWorkload[];
  readonly services: readonly PlannedService[];
  /** One a workload: a budget over two of them would let one be taken down whole. A single pod needs none. */
  readonly budgets: readonly PlannedBudget[];
  readonly analyses: Readonly<Record<string, AnalysisSpec>>;
  readonly routes: RoutePlan;
  readonly scaleTarget: ScaleTarget;
}

export interface DeliveryPlanArgs {
  readonly agent: AgentConfig;
  readonly delivery: DeliveryConfig;
  /** Builds the pod of a version with these labels and image. */
  readonly pod: (labels: Readonly<Record<string, string>>, image: string) => PodTemplate;
}

const deploymentTarget = (name: string): ScaleTarget => ({ apiVersion: "apps/v1", kind: "Deployment", name });
const rolloutTarget = (name: string): ScaleTarget => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name });

function sideService(name: string, version?: "stable" | "canary"): PlannedService {
  return version === undefined
    ? { name, selector: { ...agentLabels }, selectorIsManaged: true }
    : { name, selector: versionLabels(version), selectorIsManaged: false };
}

function stableDeployment({ agent, delivery, pod }: DeliveryPlanArgs): PlannedWorkload {
  const selector = versionLabels("stable");
  return {
    role: "stable",
    kind: "Deployment",
    name: agent.name,
    spec: deploymentSpec({ selector, template: pod(selector, agent.image), replicas: agent.replicas }),
    replicasAreManaged: true,
    annotations: { [deliveryAnnotations.timeout]: delivery.rolloutTimeout },
  };
}

/** Where one workload has all the pods. */
function wholeBudget({ agent }: DeliveryPlanArgs): PlannedBudget[] {
  return [{ name: agent.name, selector: { ...agentLabels } }];
}

function rolling(args: DeliveryPlanArgs): DeliveryPlan {
  return {
    workloads: [stableDeployment(args)],
    services: [],
    budgets: wholeBudget(args),
    analyses: {},
    routes: { stable: args.agent.name, canaryWeight: 0, weightsAreManaged: false },
    scaleTarget: deploymentTarget(args.agent.name),
  };
}

function canary(args: DeliveryPlanArgs): DeliveryPlan {
  const { agent, delivery, pod } = args;
  const selector = versionLabels("canary");
  const template = pod(selector, delivery.canary.image ?? agent.image);
  const { replicas, weight } = delivery.canary;
  return {
    workloads: [
      stableDeployment(args),
      {
        role: "canary",
        kind: "Deployment",
        name: deliveryNames.canaryDeployment,
        spec: deploymentSpec({ selector, template, replicas }),
        replicasAreManaged: false,
        annotations: {},
      },
    ],
    services: [sideService(deliveryNames.splitStable, "stable"), sideService(deliveryNames.splitCanary, "canary")],
    budgets: [
      { name: agent.name, selector: versionLabels("stable") },
      ...(replicas > 1 ? [{ name: deliveryNames.canaryDeployment, selector }] : []),
    ],
    analyses: { [deliveryNames.canaryAnalysis]: canaryAnalysis(delivery) },
    routes: {
      stable: deliveryNames.splitStable,
      canary: deliveryNames.splitCanary,
      canaryWeight: weight,
      weightsAreManaged: false,
    },
    scaleTarget: deploymentTarget(agent.name),
  };
}

function rollout(args: DeliveryPlanArgs, spec: typeof progressiveSpec | typeof blueGreenSpec): PlannedWorkload {
  const { agent, delivery, pod } = args;
  const template = pod({ ...agentLabels }, agent.image);
  const workload = { selector: { ...agentLabels }, template, replicas: agent.replicas };
  return {
    role: "stable",
    kind: "Rollout",
    name: agent.name,
    spec: spec(workload, delivery),
    replicasAreManaged: true,
    annotations: {
      [deliveryAnnotations.stages]: delivery.progressive.stages.map((stage) => stage.name).join(","),
      [deliveryAnnotations.timeout]: delivery.rolloutTimeout,
    },
  };
}

function progressive(args: DeliveryPlanArgs): DeliveryPlan {
  return {
    workloads: [rollout(args, progressiveSpec)],
    services: [sideService(deliveryNames.stable), sideService(deliveryNames.canary)],
    budgets: wholeBudget(args),
    analyses: {
      [deliveryNames.watch]: watchAnalysis(args.delivery),
      [deliveryNames.gate]: gateAnalysis(args.delivery),
      [deliveryNames.canaryAnalysis]: canaryAnalysis(args.delivery),
    },
    routes: { stable: deliveryNames.stable, canary: deliveryNames.canary, canaryWeight: 0, weightsAreManaged: true },
    scaleTarget: rolloutTarget(args.agent.name),
  };
}

function blueGreen(args: DeliveryPlanArgs): DeliveryPlan {
  return {
    workloads: [rollout(args, blueGreenSpec)],
    services: [sideService(deliveryNames.active), sideService(deliveryNames.preview)],
    budgets: wholeBudget(args),
    analyses: { [deliveryNames.canaryAnalysis]: canaryAnalysis(args.delivery) },
    routes: { stable: deliveryNames.active, canaryWeight: 0, preview: deliveryNames.preview, weightsAreManaged: false },
    scaleTarget: rolloutTarget(args.agent.name),
  };
}

const strategies = { rolling, canary, progressive, blueGreen };

export function deliveryPlan(args: DeliveryPlanArgs): DeliveryPlan {
  return strategies[args.delivery.strategy](args);
}

/** A ClusterIP service over the agent's ports (R3). */
export function serviceSpec(selector: Readonly<Record<string, string>>) {
  return {
    type: "ClusterIP",
    selector,
    ports: [
      { name: "http", port: 80, targetPort: "http", protocol: "TCP" },
      { name: "grpc", port: agentPorts.grpc, targetPort: "grpc", protocol: "TCP" },
    ],
  };
}
